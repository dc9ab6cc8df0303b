import { RefusedError } from "../errors";
import type { RollbackArgs } from "../operations";
import type { JobWayBack } from "./wayBack";

type Allowed = Pick<RollbackArgs, "migrateDown" | "restoreBackup" | "allowDataLoss">;

/** Refuses a rollback whose code does not work with the schema, unless what it takes was asked for. */
export function refuseWayBack(
  release: number,
  ways: readonly JobWayBack[],
  allowed: Allowed,
): void {
  const refused = ways.filter((way) => !isAllowed(way, allowed));
  if (refused.length === 0) return;
  const problems = refused.map(({ job, resolution }) => ({
    path: job,
    message: `${resolution.kind}: ${resolution.reason}`,
  }));
  const lines = problems.map(({ path, message }) => `\n  ${path}: ${message}`).join("");
  throw new RefusedError(
    `the code of release ${release} does not work with the database's schema as it is:${lines}`,
    { problems, fix: refused.map((way) => fixOf(way, allowed)).join(" ") },
  );
}

/** What makes a refused rollback possible, in words. */
export function fixOf(
  { job, migrations, resolution }: JobWayBack,
  { restoreBackup }: Partial<Allowed> = {},
): string {
  switch (resolution.kind) {
    case "safe":
      return "";
    case "needs-down-migration":
      return `\`landfall rollback --migrate-down\` undoes ${resolution.undone.join(", ")} of ${job} first.`;
    case "needs-restore": {
      const name = migrations?.database?.component ?? job;
      const flags = `${restoreBackup === true ? "" : "--restore-backup "}--allow-data-loss ${name}`;
      return `\`landfall rollback ${flags}\` puts backup ${resolution.backup.id} back first; what was written after ${resolution.backup.takenAt} is lost to the code.`;
    }
    case "frozen":
      return "Mend it going forward: deploy a fixed version with `landfall up`.";
  }
}

function isAllowed({ job, migrations, resolution }: JobWayBack, allowed: Allowed): boolean {
  switch (resolution.kind) {
    case "safe":
      return true;
    case "needs-down-migration":
      return allowed.migrateDown === true;
    case "needs-restore": {
      const name = migrations?.database?.component ?? job;
      return allowed.restoreBackup === true && (allowed.allowDataLoss ?? []).includes(name);
    }
    case "frozen":
      return false;
  }
}
