import type { Edge, Model } from "./model";

/** A place in a row: a box, or the way of a line that passes the row. */
export interface Slot {
  /** The box's id; undefined for a line that passes. */
  node?: string;
  key: string;
}

/** One step of a line, from a row to the next. */
export interface Hop {
  edge: Edge;
  row: number;
  from: string;
  to: string;
}

export interface Layers {
  rows: Slot[][];
  hops: Hop[];
}

/** Rounds in which rows are put in order by what they are joined to; more change nothing that can be seen. */
const SWEEPS = 6;

/**
 * Puts boxes in rows, so that every line leads down, and orders each row so that few lines cross. Lines over several
 * rows get a place in each that they pass. The same model always gives the same rows.
 */
export function layersOf({ nodes, edges }: Pick<Model, "nodes" | "edges">): Layers {
  const level = levelsOf(
    nodes.map(({ id }) => id),
    edges,
  );
  const stores = nodes.filter(({ look }) => look === "store").map(({ id }) => id);
  const deepest = Math.max(0, ...nodes.map(({ id }) => level.get(id) ?? 0));
  for (const id of stores) level.set(id, deepest);
  const rows: Slot[][] = Array.from({ length: deepest + 1 }, () => []);
  for (const { id } of nodes) rows[level.get(id) ?? 0]?.push({ node: id, key: id });
  const hops = edges.flatMap((edge, index) => {
    const [top, bottom] = [level.get(edge.from) ?? 0, level.get(edge.to) ?? 0];
    const steps: Hop[] = [];
    for (let row = top; row < bottom; row++) {
      const last = row + 1 === bottom;
      const to = last ? edge.to : `line ${index} ${row + 1}`;
      if (!last) rows[row + 1]?.push({ key: to });
      steps.push({ edge, row, from: row === top ? edge.from : `line ${index} ${row}`, to });
    }
    return steps;
  });
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    const order = rows.map((_, index) => (down ? index : rows.length - 1 - index));
    for (const index of order) sortRow(rows, hops, index, down);
  }
  return { rows, hops };
}

/** The longest way to each box from where nothing leads to. A line that closes a circle does not count. */
function levelsOf(ids: readonly string[], edges: readonly Edge[]): Map<string, number> {
  const level = new Map<string, number>();
  const open = new Set<string>();
  const visit = (id: string): number => {
    const known = level.get(id);
    if (known !== undefined) return known;
    if (open.has(id)) return -1;
    open.add(id);
    const above = edges.filter(({ to }) => to === id).map(({ from }) => visit(from));
    open.delete(id);
    const own = Math.max(-1, ...above) + 1;
    level.set(id, own);
    return own;
  };
  ids.forEach(visit);
  // What nobody calls stands beside what it calls first, not on top of the picture.
  for (const id of ids) {
    const below = edges.filter(({ from }) => from === id).map(({ to }) => level.get(to) ?? 0);
    const called = edges.some(({ to }) => to === id);
    if (!called && id !== "internet" && below.length > 0)
      level.set(id, Math.max(0, Math.min(...below) - 1));
    if (!called && id !== "internet" && below.length === 0)
      level.set(id, Math.max(...level.values()));
  }
  return level;
}

function sortRow(rows: Slot[][], hops: readonly Hop[], index: number, down: boolean): void {
  const row = rows[index];
  const other = rows[index + (down ? -1 : 1)];
  if (row === undefined || other === undefined) return;
  const place = new Map(other.map(({ key }, at) => [key, (at + 0.5) / other.length]));
  const weight = ({ key }: Slot, at: number): number => {
    const joined = hops.flatMap(({ from, to }) => {
      const found = down ? to === key && place.get(from) : from === key && place.get(to);
      return typeof found === "number" ? [found] : [];
    });
    if (joined.length === 0) return (at + 0.5) / row.length;
    return joined.reduce((sum, value) => sum + value, 0) / joined.length;
  };
  const weights = new Map(row.map((slot, at) => [slot.key, weight(slot, at)]));
  row.sort((a, b) => (weights.get(a.key) ?? 0) - (weights.get(b.key) ?? 0));
}
