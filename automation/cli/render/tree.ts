import { resourcesOf, stateOf, toBlocks } from "./blocks";
import type { Block } from "./blocks";
import { layOut } from "./line";
import type { Line } from "./line";
import { isShown } from "./model";
import type { Model, Note } from "./model";
import { countsText, lookOf } from "./ops";
import type { Style } from "./style";
import { cells, cutEnd } from "./text";
import { duration } from "./time";

/** What the tree is drawn for. */
export interface View {
  /** Terminal cells. A line is never wider. */
  width: number;
  /** Lines. Where the tree has more, what is settled is summed up first. @default as many as it has */
  height?: number;
  /** Milliseconds since the epoch. */
  now: number;
  /** Counts up with every drawing; moves the spinner. */
  frame: number;
  style: Style;
  /** Whether the operation is over: what still runs then was cut off. @default false */
  ended?: boolean;
}

/** The tree of an operation under way: a heading, then what changes, by component. */
export function renderLive(model: Model, view: View): string[] {
  const height = Math.max(1, view.height ?? Number.POSITIVE_INFINITY);
  const notes = [
    ...model.notes.slice(-3).map((note) => noteLine(note, view)),
    ...(model.status === "" ? [] : [statusLine(model.status, view)]),
  ];
  const room = height - 1 - notes.length;
  const body = room > 0 ? layOut(fit(toBlocks(model), room, view), view) : [];
  return [heading(model, view), ...body, ...notes].slice(0, height);
}

/** The tree of an operation that has ended: all that changed, nothing summed up. */
export function renderFinal(model: Model, view: View): string[] {
  const body = layOut(toBlocks(model).flatMap(expanded), { ...view, ended: true });
  return [...body, ...model.notes.map((note) => noteLine(note, view))];
}

function heading(model: Model, view: View): string {
  const { style } = view;
  const { spinner, dot } = style.symbols;
  const spin = spinner[view.frame % spinner.length] ?? "";
  const elapsed = duration(view.now - model.startedAt);
  const parts = [model.title, model.waiting || (model.phase ?? "starting"), tally(model)];
  const room = Math.max(0, view.width - cells(spin) - cells(elapsed) - 3);
  const [title = "", ...rest] = cutEnd(
    parts.filter((part) => part !== "").join(` ${dot} `),
    room,
    style.symbols.ellipsis,
  ).split(` ${dot} `);
  const text = [style.paint(title, "bold"), ...rest].join(` ${style.paint(dot, "dim")} `);
  const line = `${style.paint(spin, "cyan")} ${text} ${style.paint(elapsed, "dim")}`;
  return cells(line) <= view.width ? line : cutEnd(model.title, view.width, style.symbols.ellipsis);
}

function tally(model: Model): string {
  const counts = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };
  let running = 0;
  let failed = 0;
  let planned = false;
  const parents = new Set([...model.resources.values()].map(({ parent }) => parent));
  for (const resource of model.resources.values()) {
    planned ||= resource.planned;
    if (resource.state === "failed") failed += 1;
    else if (resource.state === "running") {
      if (isShown(resource) && !parents.has(resource.urn)) running += 1;
    } else if (resource.op in counts && resource.type !== "Stack") {
      if (resource.type.startsWith("provider ")) continue;
      counts[resource.op as keyof typeof counts] += 1;
    }
  }
  const done = countsText(counts, planned);
  const parts = [
    failed > 0 ? `${failed} failed` : "",
    running > 0 ? `${running} running` : "",
    done === "nothing" ? "" : done,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** Chooses the fullest form of the blocks that fits into `room` lines. */
function fit(blocks: Block[], room: number, view: View): Line[] {
  const forms = [
    () => blocks.flatMap(expanded),
    () => blocks.flatMap((block) => (isSettled(block) ? [summed(block)] : expanded(block))),
    () => blocks.flatMap((block) => (isSettled(block) ? [summed(block)] : unsettled(block))),
    () => blocks.filter((block) => !isSettled(block)).flatMap(unsettled),
  ];
  for (const form of forms) {
    const lines = form();
    if (lines.length <= room) return lines;
  }
  const lines = blocks.filter((block) => !isSettled(block)).flatMap(unsettled);
  const urgent = [...lines].sort((a, b) => urgency(b) - urgency(a)).slice(0, room - 1);
  const count = (some: Line[]): number => some.filter(({ row }) => row?.resource).length;
  const more = `${view.style.symbols.ellipsis} ${count(lines) - count(urgent)} more`;
  return [...lines.filter((line) => urgent.includes(line)), { text: more }];
}

function isSettled(block: Block): boolean {
  return resourcesOf(block).every(({ state }) => state === "done");
}

function urgency(line: Line): number {
  if (line.row?.resource?.state === "failed") return 2;
  return line.row?.resource ? 1 : 0;
}

function expanded(block: Block): Line[] {
  return [{ row: block.head, state: stateOf(block) }, ...block.rows.map((row) => ({ row }))];
}

function unsettled(block: Block): Line[] {
  const rows = [block.head, ...block.rows].filter((row) => row.resource?.state !== "done");
  const hidden = resourcesOf(block).filter((resource) => resource.state === "done");
  return rows.map((row): Line =>
    row === block.head ? { row, summary: summary(hidden), state: stateOf(block) } : { row },
  );
}

function summed(block: Block): Line {
  return block.rows.length === 0
    ? { row: block.head }
    : { row: block.head, summary: summary(resourcesOf(block)), state: stateOf(block) };
}

function summary(resources: ReturnType<typeof resourcesOf>): string {
  const counts = new Map<string, number>();
  for (const { op, planned } of resources) {
    const look = lookOf(op);
    if (!look) continue;
    const word = planned ? `to ${look.verb}` : look.done;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(", ");
}

function statusLine(status: string, { style, width }: View): string {
  return style.paint(cutEnd(`  ${status}`, width, style.symbols.ellipsis), "dim");
}

function noteLine(note: Note, { style, width }: View): string {
  const { ok, failed, bullet, ellipsis } = style.symbols;
  const [symbol, paint] = (
    { good: [ok, "green"], bad: [failed, "red"], neutral: [bullet, "cyan"] } as const
  )[note.tone];
  const room = Math.max(0, width - cells(symbol) - 1);
  return `${style.paint(symbol, paint)} ${cutEnd(note.text, room, ellipsis)}`;
}
