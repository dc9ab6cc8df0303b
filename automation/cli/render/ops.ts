import type { ResourceOp } from "../../events";
import type { Changes } from "../../results";
import type { Paint } from "./style";

/** How one kind of change is shown. */
export interface OpLook {
  symbol: string;
  paint: Paint;
  doing: string;
  done: string;
  /** The verb of a preview and of a failure: `to create`, `create failed`. */
  verb: string;
}

const looks: Record<Exclude<ResourceOp, "same">, OpLook> = {
  create: look("+", "green", "creating", "created", "create"),
  update: look("~", "yellow", "updating", "updated", "update"),
  replace: look("±", "magenta", "replacing", "replaced", "replace"),
  delete: look("-", "red", "deleting", "deleted", "delete"),
  read: look(">", "cyan", "reading", "read", "read"),
  refresh: look("~", "cyan", "refreshing", "refreshed", "refresh"),
  import: look("=", "cyan", "importing", "imported", "import"),
};

/** How to show an operation; undefined for one that changes nothing. */
export function lookOf(op: ResourceOp): OpLook | undefined {
  return op === "same" ? undefined : looks[op];
}

const counted = ["create", "update", "replace", "delete"] as const;

/** "3 created, 1 deleted, 24 same", or of a preview "3 to create, 1 to delete, 24 same". */
export function countsText(changes: Readonly<Changes>, planned: boolean): string {
  const parts = counted
    .filter((op) => changes[op] > 0)
    .map((op) => `${changes[op]} ${planned ? `to ${looks[op].verb}` : looks[op].done}`);
  if (changes.same > 0) parts.push(`${changes.same} same`);
  return parts.length > 0 ? parts.join(", ") : "nothing";
}

/** The same for a column of a table: "+2 ~1 -1". */
export function countsBrief(changes: Readonly<Changes>, unicode: boolean): string {
  const parts = counted.filter((op) => changes[op] > 0);
  return parts.map((op) => `${symbolOf(looks[op], unicode)}${changes[op]}`).join(" ");
}

/** The symbol, with an ASCII stand-in for the one that is not. */
export function symbolOf(shown: OpLook, unicode: boolean): string {
  return unicode || shown.symbol !== "±" ? shown.symbol : "%";
}

function look(symbol: string, paint: Paint, doing: string, done: string, verb: string): OpLook {
  return { symbol, paint, doing, done, verb };
}
