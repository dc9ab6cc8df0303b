import { layersOf } from "./layers";
import type { Hop } from "./layers";
import type { Edge, Model, Node } from "./model";

export const BOX = { width: 216, height: 100 } as const;

const GAP = 36;
const LINE_WIDTH = 20;
/** Between two rows: room above and below the lines, and for each line. */
const CHANNEL = { edge: 26, lane: 12 } as const;

export interface Placed {
  node: Node;
  x: number;
  y: number;
}

/** A line as the points that it goes through. */
export interface Line {
  edge: Edge;
  points: [x: number, y: number][];
}

export interface Layout {
  boxes: Placed[];
  lines: Line[];
  width: number;
  height: number;
}

/** Places every box and line; what stands where depends on the model alone. */
export function layoutOf(model: Model, extraAbove: (row: number) => number): Layout {
  const { rows, hops } = layersOf(model);
  const widthOf = (node: string | undefined): number =>
    node === undefined ? LINE_WIDTH : BOX.width;
  const widths = rows.map((row) =>
    row.reduce((sum, { node }) => sum + widthOf(node) + GAP, row.length > 0 ? -GAP : 0),
  );
  const width = Math.max(...widths);
  const center = new Map<string, number>();
  rows.forEach((row, index) => {
    let x = (width - (widths[index] ?? 0)) / 2;
    for (const { key, node } of row) {
      center.set(key, x + widthOf(node) / 2);
      x += widthOf(node) + GAP;
    }
  });
  const lanes = rows.map((_, row) =>
    lanesOf(
      hops.filter((hop) => hop.row === row),
      center,
    ),
  );
  const top: number[] = [];
  let y = 0;
  rows.forEach((_, row) => {
    y += extraAbove(row);
    top.push(y);
    y += BOX.height + 2 * CHANNEL.edge + CHANNEL.lane * (lanes[row]?.size ?? 0);
  });
  const ends = portsOf(hops, center);
  const boxes = rows.flatMap((row, index) =>
    row.flatMap(({ key, node }): Placed[] => {
      const found = model.nodes.find(({ id }) => id === node);
      if (found === undefined) return [];
      return [{ node: found, x: (center.get(key) ?? 0) - BOX.width / 2, y: top[index] ?? 0 }];
    }),
  );
  const height = (top.at(-1) ?? 0) + BOX.height;
  return { boxes, width, height, lines: linesOf(hops, ends, lanes, top) };
}

/** Each line crosses between two rows at a height of its own, so that none lies on another. */
function lanesOf(hops: readonly Hop[], center: ReadonlyMap<string, number>): Map<Hop, number> {
  const at = (key: string): number => center.get(key) ?? 0;
  const sorted = [...hops].sort((a, b) => at(a.from) - at(b.from) || at(a.to) - at(b.to));
  // Those that go right cross below those that started further right; so no line crosses its neighbour twice.
  const right = sorted.filter((hop) => at(hop.to) >= at(hop.from)).reverse();
  const left = sorted.filter((hop) => at(hop.to) < at(hop.from));
  return new Map([...right, ...left].map((hop, lane) => [hop, lane]));
}

/** Where each line leaves and reaches its boxes: side by side, in the order of where they come from. */
function portsOf(
  hops: readonly Hop[],
  center: ReadonlyMap<string, number>,
): (hop: Hop, end: "from" | "to") => number {
  const at = (key: string): number => center.get(key) ?? 0;
  const port = (hop: Hop, end: "from" | "to"): number => {
    const other = end === "from" ? "to" : "from";
    const key = hop[end];
    if (key.startsWith("line ")) return at(key);
    const all = hops
      .filter((each) => each[end] === key)
      .sort((a, b) => at(a[other]) - at(b[other]));
    const room = BOX.width - 60;
    if (end === "to" && all.length === 1) {
      // A line that comes alone may come straight down.
      const [least, most] = [at(key) - room / 2, at(key) + room / 2];
      return Math.min(most, Math.max(least, port(hop, "from")));
    }
    return at(key) + ((all.indexOf(hop) + 0.5) / all.length - 0.5) * room;
  };
  return port;
}

function linesOf(
  hops: readonly Hop[],
  port: (hop: Hop, end: "from" | "to") => number,
  lanes: readonly Map<Hop, number>[],
  top: readonly number[],
): Line[] {
  const lines = new Map<Edge, Line>();
  for (const hop of hops) {
    const start = top[hop.row] ?? 0;
    const lane = lanes[hop.row]?.get(hop) ?? 0;
    const middle = start + BOX.height + CHANNEL.edge + CHANNEL.lane * (lane + 0.5);
    const [x1, x2] = [port(hop, "from"), port(hop, "to")];
    const line = lines.get(hop.edge) ?? { edge: hop.edge, points: [[x1, start + BOX.height]] };
    line.points.push([x1, middle], [x2, middle], [x2, top[hop.row + 1] ?? 0]);
    lines.set(hop.edge, line);
  }
  return [...lines.values()];
}
