import type { Changes } from "../../results";
import { countsText } from "./ops";
import { duration } from "./time";
import type { VerdictView } from "./verdict";

/** The one line that ends an operation without a verdict: "✔ destroyed  dev · 9 deleted · 12.0s". */
export function summaryLine(
  result: { stack: string; changes: Changes; durationMs: number },
  what: string,
  planned: boolean,
  { style }: VerdictView,
): string {
  const details = [result.stack, countsText(result.changes, planned), duration(result.durationMs)];
  const head = style.paint(`${style.symbols.ok} ${what}`, "green", "bold");
  return `${head}  ${details.join(` ${style.paint(style.symbols.dot, "dim")} `)}`;
}
