import type { ConfigDifference } from "../../results";
import type { Paint, Style } from "./style";
import { clean, wrap } from "./text";

type Change = ConfigDifference["change"];

const looks: Record<Change, { symbol: string; paint: Paint }> = {
  added: { symbol: "+", paint: "green" },
  removed: { symbol: "-", paint: "red" },
  changed: { symbol: "~", paint: "yellow" },
};

/** "~ shop:price 1 → 2": one thing that differs, and its sides as far as there are any. */
export function changeLine(
  change: Change,
  name: string,
  sides: readonly (string | undefined)[],
  { style, width }: { style: Style; width: number },
): string[] {
  const { symbol, paint } = looks[change];
  const shown = sides.filter((side) => side !== undefined).join(` ${style.symbols.arrow} `);
  const [first = "", ...rest] = wrap(clean(`${name} ${shown}`), Math.max(20, width - 4));
  return [`  ${style.paint(symbol, paint)} ${first}`, ...rest.map((line) => `    ${line}`)];
}

/** What differs between two configs, under a heading; nothing where nothing does. */
export function differenceLines(
  title: string,
  differences: readonly ConfigDifference[],
  view: { style: Style; width: number },
): string[] {
  const lines = differences.flatMap(({ key, change, secret, before, after }) =>
    changeLine(change, key, secret ? ["[secret]"] : [before, after], view),
  );
  return lines.length > 0 ? [view.style.paint(title, "bold"), ...lines, ""] : [];
}
