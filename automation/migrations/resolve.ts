import type { Migration } from "../../components/migrations";
import type { KnownBackup } from "../../components/migrations/status";

/** A schema as it stands, or as a release's code was made for it. */
export interface SchemaState {
  /** Undefined where nothing tells; `base` for an empty one. */
  head: string | undefined;
  /** The migrations that lead to it, oldest first; maybe some after it. Undefined where only the head is known. */
  chain: readonly Migration[] | undefined;
  /** The oldest head whose code works with it, where the program has said it of this very head. */
  tolerates?: string;
}

/** Whether code of an earlier release may run on the schema that is there, and what it takes if not. */
export type Resolution =
  | { kind: "safe"; reason: string; beyond: string[] }
  | { kind: "needs-down-migration"; reason: string; undone: string[]; downTo: string }
  | { kind: "needs-restore"; reason: string; backup: KnownBackup }
  | { kind: "frozen"; reason: string };

/**
 * Tells how a release's code can come back. Its code works with every later schema whose migrations in between only add;
 * a contracting one shuts it out unless it says that code from its head on works with it.
 */
export function resolve(
  current: SchemaState,
  target: SchemaState,
  backups: readonly KnownBackup[],
): Resolution {
  if (current.head === target.head && current.head !== undefined) {
    return { kind: "safe", reason: `the schema is at ${current.head}, as it was`, beyond: [] };
  }
  const way = between(current, target);
  if (typeof way === "string") return { kind: "frozen", reason: way };
  const { later, own } = way;
  const blocking = later.filter((migration) => !worksWith(migration, own, current.chain ?? []));
  const [first] = blocking;
  const head = current.head ?? "base";
  const stated = current.tolerates !== undefined && own.includes(current.tolerates);
  if (first === undefined || stated) {
    const reason =
      later.length === 0
        ? `the schema is at ${head}, and the release's own migrations lead on from there`
        : stated && first !== undefined
          ? `the program says that code from ${current.tolerates ?? ""} on works with ${head}`
          : `${names(later)} only added to the schema`;
    return { kind: "safe", reason, beyond: later.map(({ id }) => id) };
  }
  const why = `${names(blocking)} ${blocking.length === 1 ? "takes" : "take"} away what the release's code uses`;
  const undone = later.slice(later.indexOf(first)).reverse();
  const stuck = undone.filter(({ down }) => !down);
  if (stuck.length === 0) {
    const downTo = later[later.indexOf(first) - 1]?.id ?? own.at(-1) ?? "base";
    const reason = `${why}; every migration after ${downTo} can be undone`;
    return { kind: "needs-down-migration", reason, undone: undone.map(({ id }) => id), downTo };
  }
  const noDown = `${why}, and there is no way down from ${names(stuck)}`;
  const reachable = ["base", ...own, ...later.slice(0, later.indexOf(first)).map(({ id }) => id)];
  const [backup] = backups
    .filter((each) => reachable.includes(each.head))
    .sort((a, b) => (a.takenAt < b.takenAt ? 1 : a.takenAt > b.takenAt ? -1 : 0));
  if (backup === undefined) {
    const reason = `${noDown}, nor a backup from before ${first.id}`;
    return { kind: "frozen", reason };
  }
  const reason = `${noDown}; backup ${backup.id} of ${backup.takenAt} was taken before, at ${backup.head}`;
  return { kind: "needs-restore", reason, backup };
}

/** The migrations that the database has and the release's code does not know; or why that cannot be told. */
function between(
  current: SchemaState,
  target: SchemaState,
): { later: readonly Migration[]; own: string[] } | string {
  if (current.head === undefined) return "nothing tells which migrations the database has";
  const have = upTo(current.chain, current.head);
  const own = ownOf(target, current);
  if (own === undefined) return "nothing tells which migrations the release's code was made for";
  if (have === undefined) {
    const known = `the database is at ${current.head}`;
    // What the code's own files lead to from there, they lead to.
    if (own.includes(current.head)) return { later: [], own };
    return `${known}, and no release tells which migrations led there`;
  }
  const ids = have.map(({ id }) => id);
  if (ids.every((id) => own.includes(id))) return { later: [], own };
  if (own.every((id) => ids.includes(id)))
    return { later: have.filter(({ id }) => !own.includes(id)), own };
  const foreign = own.find((id) => !ids.includes(id)) ?? "";
  return `the release's migrations and the database's are of two histories: the database lacks ${foreign}`;
}

function ownOf(target: SchemaState, current: SchemaState): string[] | undefined {
  const { chain, head } = target;
  // A release without migrations: made before there were any.
  if (head === undefined) return chain?.map(({ id }) => id) ?? [];
  return (upTo(chain, head) ?? upTo(current.chain, head))?.map(({ id }) => id);
}

function upTo(
  chain: readonly Migration[] | undefined,
  head: string,
): readonly Migration[] | undefined {
  if (head === "base") return [];
  const at = chain?.findIndex(({ id }) => id === head) ?? -1;
  return at === -1 ? undefined : chain?.slice(0, at + 1);
}

function worksWith(
  { contracting, tolerates }: Migration,
  own: readonly string[],
  chain: readonly Migration[],
): boolean {
  if (!contracting) return true;
  if (tolerates === undefined) return false;
  // A head that nobody knows tolerates nothing: better refused than believed.
  return tolerates === "base" || (own.includes(tolerates) && upTo(chain, tolerates) !== undefined);
}

function names(migrations: readonly Migration[]): string {
  return migrations.map(({ id }) => id).join(", ");
}
