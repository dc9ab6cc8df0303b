import { LandfallError } from "../errors";
import type { ErrorInfo } from "../errors";
import type { Intended } from "../intended";
import type { UpArgs } from "../operations";
import { readConfigFile } from "../project";
import { maker, processOf, provenance } from "../provenance";
import { buildsIn } from "../rebuild/force";
import { currentRelease, sameContent } from "../release";
import type { ReleaseDraft, ReleaseRecord } from "../release";
import type { Changes, Observation, Verdict } from "../results";
import type { Session } from "../session";
import type { UpdatePlan } from "./plan";
import { together } from "../together";

/** What is written down before an update begins. */
export async function draftOf(
  session: Session,
  args: UpArgs,
  plan: UpdatePlan,
): Promise<ReleaseDraft> {
  const { context, project, stack, shortStack, env } = session;
  const [program, own] = await together([
    provenance(project.dir, env),
    plan.config?.text ?? readConfigFile(project, stack),
  ]);
  return {
    kind: plan.kind,
    project: project.name,
    stack: shortStack,
    startedAt: new Date(context.clock.now()).toISOString(),
    by: maker(env),
    process: processOf(),
    program,
    config: own ?? "",
    images: {},
    services: [],
    probes: [],
    ...(args.message === undefined ? {} : { message: context.redactor.text(args.message) }),
    ...(plan.switched === undefined ? {} : { switched: plan.switched }),
    ...(plan.rollbackTo === undefined ? {} : { rollbackTo: plan.rollbackTo }),
    ...(plan.promotedFrom === undefined ? {} : { promotedFrom: plan.promotedFrom }),
  };
}

/** What an update came to. */
export interface Conclusion {
  verdict: Verdict;
  error: ErrorInfo | undefined;
  intended: Intended;
  observation: Observation;
  changes: Changes;
  migrations: NonNullable<ReleaseRecord["migrations"]>;
}

/** Finishes the record. One that only repeats the release that runs is not kept: its number is returned instead. */
export async function keep(
  { store, context }: Session,
  record: ReleaseRecord,
  { verdict, error, intended, observation, changes, migrations }: Conclusion,
): Promise<number | undefined> {
  const finishedAt = context.clock.now();
  const finished: ReleaseRecord = {
    ...record,
    state: verdict,
    finishedAt: new Date(finishedAt).toISOString(),
    durationMs: Math.round(finishedAt - Date.parse(record.startedAt)),
    ...seenIn(intended, observation),
    ...migrationsKept(migrations),
    changes,
    ...(error === undefined ? {} : { error }),
  };
  if (verdict === "unchanged" && record.kind !== "rollback") {
    const earlier = (await store.list()).filter(({ number }) => number !== record.number);
    const current = currentRelease(earlier);
    if (current !== undefined && sameContent(current, finished)) {
      await store.discard(record.number);
      return current.number;
    }
  }
  await store.finish(withoutSecrets(context, finished));
  return record.number;
}

/**
 * A record as it is kept. What a rollback deploys stays as it is, since a copy that is changed in one letter could not be
 * deployed: in the config secrets are encrypted, and names of images are known to daemons and registries anyway.
 */
export function withoutSecrets(
  { redactor }: Pick<Session["context"], "redactor">,
  record: ReleaseRecord,
): ReleaseRecord {
  const { config, images, builds } = record;
  return { ...redactor.data(record), config, images, ...(builds === undefined ? {} : { builds }) };
}

/** What a record keeps of what was promised, and of what was seen of it. */
export function seenIn(
  intended: Intended,
  { services, probes }: Observation,
): Pick<ReleaseRecord, "images" | "builds" | "services" | "probes" | "migrationHead"> {
  return {
    images: imagesOf(intended),
    builds: buildsIn(intended),
    services,
    probes,
    ...(intended.migrationHead === undefined ? {} : { migrationHead: intended.migrationHead }),
  };
}

/** A head is also what releases know that are shown without the rest. */
function migrationsKept(
  migrations: Conclusion["migrations"],
): Pick<ReleaseRecord, "migrations" | "migrationHead" | "backups"> {
  const all = Object.values(migrations);
  const [only] = all;
  if (only === undefined) return {};
  const backups = all.flatMap(({ backup }) => (backup === undefined ? [] : [backup.id]));
  return {
    migrations,
    ...(all.length === 1 ? { migrationHead: only.head } : {}),
    ...(backups.length === 0 ? {} : { backups }),
  };
}

function imagesOf({ services = {} }: Intended): ReleaseRecord["images"] {
  return Object.fromEntries(
    Object.entries(services).map(
      ([service, { image, digest, revision, imageName, repoDigest, ecs }]) => [
        service,
        {
          ...{ image, digest, revision },
          ...(imageName === undefined ? {} : { name: imageName }),
          ...(repoDigest === undefined ? {} : { repoDigest }),
          ...(ecs === undefined ? {} : { taskDefinition: ecs.taskDefinition }),
        },
      ],
    ),
  );
}

/** Finishes the record of an update that began but got no verdict. */
export async function leave(
  { store, context }: Pick<Session, "store" | "context">,
  record: ReleaseRecord,
  changes: Changes,
  reason: unknown,
): Promise<void> {
  const now = context.clock.now();
  const known = reason instanceof LandfallError ? reason : undefined;
  const finished: ReleaseRecord = {
    ...record,
    state: known?.code === "cancelled" ? "cancelled" : "unverified",
    finishedAt: new Date(now).toISOString(),
    durationMs: Math.round(now - Date.parse(record.startedAt)),
    changes,
    ...(known === undefined ? {} : { error: known.toJSON() }),
  };
  await store.finish(withoutSecrets(context, finished));
}
