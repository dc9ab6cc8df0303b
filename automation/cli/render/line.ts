import type { BlockState, Row } from "./blocks";
import type { Resource } from "./model";
import { lookOf, symbolOf } from "./ops";
import type { Paint, Style, Symbols } from "./style";
import { cells, cutEnd, cutMiddle, pad } from "./text";
import { duration } from "./time";
import type { View } from "./tree";

/** One line of the tree: a row, or a text of its own. */
export interface Line {
  row?: Row;
  /** Instead of the rows that are hidden: "3 created". */
  summary?: string;
  /** How everything under a heading stands. */
  state?: BlockState;
  text?: string;
}

interface Parts {
  glyph: string;
  paint: Paint;
  state: string;
  elapsed: string;
  detail: string;
}

/** Lays the lines out in columns (name, state, time, detail) that fit the view's width. */
export function layOut(lines: readonly Line[], view: View): string[] {
  const cut = lines.map((line) => ({ line, parts: partsOf(line, view) }));
  const inColumns = cut.filter(({ line }) => line.row?.resource && !line.summary);
  const labels = inColumns.map(({ line, parts }) => cells(labelOf(line)) + cells(parts.glyph) + 1);
  const states = cut.map(({ parts }) => cells(parts.state));
  const stateWidth = view.width < 32 ? 0 : Math.max(0, ...states);
  const most = view.width - (stateWidth > 0 ? stateWidth + 1 : 0);
  const wide = view.width >= 60;
  const labelWidth = Math.min(Math.max(0, ...labels), wide ? Math.floor(view.width * 0.55) : most);
  return cut.map(({ line, parts }) => render(line, parts, { labelWidth, stateWidth }, view));
}

function render(
  line: Line,
  parts: Parts,
  columns: { labelWidth: number; stateWidth: number },
  view: View,
): string {
  const { style, width } = view;
  const { ellipsis } = style.symbols;
  const { row } = line;
  if (!row) return style.paint(cutEnd(`  ${line.text ?? ""}`, width, ellipsis), "dim");
  const indent = "  ".repeat(row.depth + 1);
  const heading = row.resource === undefined || Boolean(line.summary);
  const most = heading ? width : columns.labelWidth;
  const room = Math.max(1, most - cells(indent) - cells(parts.glyph) - 1);
  const label = colored(row, room, style);
  const head = `${indent}${style.paint(parts.glyph, parts.paint)} ${label}`;
  if (heading) {
    const left = width - cells(head) - 3;
    const text = line.summary ?? "";
    const shown = left >= 8 && text !== "" ? cutEnd(text, left, ellipsis) : "";
    return shown === ""
      ? clip(head, width)
      : `${head} ${style.paint(`${style.symbols.dot} ${shown}`, "dim")}`;
  }
  if (columns.stateWidth === 0) return clip(head, width);
  const state = `${pad(head, columns.labelWidth)} ${style.paint(pad(parts.state, columns.stateWidth), parts.paint)}`;
  const elapsed = pad(parts.elapsed, 7, "right");
  if (cells(state) + cells(elapsed) > width) return clip(state.trimEnd(), width);
  const left = width - cells(state) - cells(elapsed) - 2;
  const detail = left >= 12 ? cutEnd(parts.detail, left, ellipsis) : "";
  return `${state}${style.paint(elapsed, "dim")}  ${style.paint(detail, "dim")}`.trimEnd();
}

// Rows are built to fit; only a terminal narrower than the indent gets here with too much, and loses its colour.
function clip(text: string, width: number): string {
  return cells(text) <= width ? text : cutEnd(text.replace(/\u001b\[[0-9;]*m/g, ""), width, "");
}

function colored(row: Row, room: number, style: Style): string {
  const { ellipsis } = style.symbols;
  const type = room - cells(row.type) - 1 >= Math.min(8, cells(row.name)) ? row.type : "";
  const name = cutMiddle(row.name, type === "" ? room : room - cells(type) - 1, ellipsis);
  if (row.resource === undefined) {
    return [style.paint(name, "bold"), style.paint(type, "dim")].filter((t) => t !== "").join(" ");
  }
  return [style.paint(type, "dim"), name].filter((t) => t !== "").join(" ");
}

function labelOf({ row }: Line): string {
  return row ? `${"  ".repeat(row.depth + 1)}${row.type} ${row.name}` : "";
}

function partsOf(line: Line, view: View): Parts {
  const { symbols } = view.style;
  const resource = line.row?.resource;
  if (!resource) {
    const [glyph, paint] = headings(symbols)[line.state ?? "running"];
    return { glyph, paint, state: "", elapsed: "", detail: "" };
  }
  return resourceParts(resource, view);
}

function headings(symbols: Symbols): Record<BlockState, readonly [string, Paint]> {
  return {
    planned: [symbols.bullet, "cyan"],
    running: [symbols.bullet, "cyan"],
    done: [symbols.ok, "green"],
    failed: [symbols.failed, "red"],
  };
}

function resourceParts(resource: Resource, view: View): Parts {
  const { style, now, frame } = view;
  const { spinner, failed, dot } = style.symbols;
  const look = lookOf(resource.op);
  const detail =
    resource.status || (resource.keys.length > 0 ? `[${resource.keys.join(", ")}]` : "");
  const elapsed = resource.planned ? "" : duration((resource.endedAt ?? now) - resource.startedAt);
  if (resource.state === "failed") {
    const state = look ? `${look.verb} failed` : "failed";
    return { glyph: failed, paint: "red", state, elapsed, detail };
  }
  if (!look) return { glyph: dot, paint: "dim", state: "same", elapsed: "", detail };
  const symbol = symbolOf(look, style.unicode);
  if (resource.planned)
    return { glyph: symbol, paint: look.paint, state: look.verb, elapsed, detail };
  if (resource.state === "done") {
    return { glyph: symbol, paint: look.paint, state: look.done, elapsed, detail };
  }
  if (view.ended === true) {
    const state = `${look.verb} cut off`;
    return { glyph: style.symbols.warning, paint: "yellow", state, elapsed, detail };
  }
  const glyph = spinner[frame % spinner.length] ?? "";
  return { glyph, paint: look.paint, state: look.doing, elapsed, detail };
}
