import { cells, clean, cutMiddle, pad } from "./text";
import type { Paint, Style } from "./style";

/** One cell: text, and how to paint it. */
export type Cell = string | { text: string; paint: Paint };

export interface TableOptions {
  style: Style;
  /** Terminal cells; the widest columns give way first, none below 6. @default no limit */
  width?: number;
  /** Spaces before each line. @default 2 */
  indent?: number;
}

const gap = 2;
const narrowest = 6;

/** Lays rows out under headings. Columns that are empty in every row are left out. */
export function renderTable(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions,
): string[] {
  const { style, indent = 2 } = options;
  const texts = rows.map((row) =>
    headings.map((_, i) => clean(textOf(row[i])).replace(/\n/g, " ")),
  );
  const used = headings.map((_, i) => i).filter((i) => texts.some((row) => row[i] !== ""));
  const widths = used.map((i) =>
    Math.max(cells(headings[i] ?? ""), ...texts.map((row) => cells(row[i] ?? ""))),
  );
  if (options.width !== undefined) shrink(widths, options.width - indent - gap * (used.length - 1));
  const line = (text: (column: number) => string, paint: (column: number) => Paint | undefined) => {
    const shown = used.map((column, at) => {
      const cut = cutMiddle(text(column), widths[at] ?? 0, style.symbols.ellipsis);
      const padded = at === used.length - 1 ? cut : pad(cut, widths[at] ?? 0);
      const color = paint(column);
      return color === undefined ? padded : style.paint(padded, color);
    });
    return (" ".repeat(indent) + shown.join(" ".repeat(gap))).trimEnd();
  };
  return [
    line(
      (i) => headings[i] ?? "",
      () => "dim",
    ),
    ...rows.map((row, at) =>
      line(
        (i) => texts[at]?.[i] ?? "",
        (i) => paintOf(row[i]),
      ),
    ),
  ];
}

function shrink(widths: number[], room: number): void {
  let over = widths.reduce((sum, width) => sum + width, 0) - room;
  while (over > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= narrowest) return;
    widths[widest] = width - 1;
    over -= 1;
  }
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === "object" ? cell.text : (cell ?? "");
}

function paintOf(cell: Cell | undefined): Paint | undefined {
  return typeof cell === "object" ? cell.paint : undefined;
}
