import { lossText } from "../../dataLossError";
import type { DataLoss } from "../../results";
import type { ResultView } from "../verb";
import { clean } from "./text";

/** What would be lost, in red, and the names by which it can be allowed; nothing where nothing is lost. */
export function lossLines(
  losses: readonly DataLoss[],
  head: string,
  names: readonly string[],
  { style }: Pick<ResultView, "style">,
): string[] {
  if (losses.length === 0) return [];
  const allow = [...new Set(names)].map((name) => `--allow-data-loss ${name}`).join(" ");
  const lines = [
    `${style.symbols.warning} ${head}`,
    ...losses.map((loss) => `  ${lossText(loss)}`),
    ...(allow === "" ? [] : [`  allow it with ${allow}`]),
  ];
  return [...lines.map((line) => style.paint(clean(line), "red", "bold")), ""];
}
