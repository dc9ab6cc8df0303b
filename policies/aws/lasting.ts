import type { Declared } from "../rule";
import type { Subject } from "../subject";
import type { Checks } from "./facts";
import { byKind, isSet, isTrue, unless } from "./facts";

/** Logs that are kept for ever. */
export function endlessLogs(subject: Subject): string[] {
  return byKind(
    {
      "cloudwatch:LogGroup": (group) =>
        unless(
          group,
          "retentionInDays",
          (days) => Number(days) > 0,
          "no retentionInDays: it is kept for ever",
        ),
    },
    subject,
  );
}

/** Production's stores that stand in one zone. */
export function singleZone(subject: Subject, { production = false }: Declared): string[] {
  return production ? byKind(zones, subject) : [];
}

const zones: Checks = {
  "rds:Instance": (subject) => unless(subject, "multiAz", isTrue, "multiAz is not true"),
  "elasticache:ReplicationGroup": (subject) => [
    ...unless(subject, "automaticFailoverEnabled", isTrue, "automaticFailoverEnabled is not true"),
    ...unless(subject, "multiAzEnabled", isTrue, "multiAzEnabled is not true"),
  ],
  "elasticache:Cluster": () => ["a cluster of its own has no standby: make it a ReplicationGroup"],
};

/** What of production a wrong command could delete. */
export function deletable(subject: Subject, { production = false }: Declared): string[] {
  return production ? byKind(protection, subject) : [];
}

const protection: Checks = {
  "rds:Instance": (subject) => [
    ...guarded(subject),
    ...(subject.inputs.skipFinalSnapshot === true ? ["it leaves no final snapshot"] : []),
  ],
  "rds:Cluster": guarded,
  "lb:LoadBalancer": (subject) =>
    unless(subject, "enableDeletionProtection", isTrue, "enableDeletionProtection is not true"),
  // Copies of what the program itself has are there again with the next update.
  "s3:Bucket": (subject) =>
    subject.name.endsWith("-artefacts") ? [] : forced("forceDestroy")(subject),
  "ecr:Repository": forced("forceDelete"),
};

function guarded(subject: Subject): string[] {
  return unless(subject, "deletionProtection", isTrue, "deletionProtection is not true");
}

function forced(input: string) {
  return ({ inputs }: Subject): string[] =>
    inputs[input] === true ? [`it is deleted with all that is in it (${input})`] : [];
}

/** Days for which production's databases can be put back to any minute. */
const PRODUCTION_DAYS = 7;

/** Databases that cannot be put back to an earlier minute. */
export function unsavedDatabase(subject: Subject, { production = false }: Declared): string[] {
  const least = production ? PRODUCTION_DAYS : 1;
  const kept = (group: Subject): string[] =>
    // A replica is made again from the one that it follows.
    isSet(group.inputs.replicateSourceDb)
      ? []
      : unless(
          group,
          "backupRetentionPeriod",
          (days) => Number(days ?? 0) >= least,
          `backups are kept for less than ${least} day${least === 1 ? "" : "s"} (backupRetentionPeriod)`,
        );
  return byKind({ "rds:Instance": kept, "rds:Cluster": kept }, subject);
}
