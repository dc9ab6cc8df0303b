import type { OfflineResource } from "../types";
import { awsModel } from "./aws";
import { dockerModel } from "./docker";
import { BOX, layoutOf } from "./layout";
import type { Layout, Placed } from "./layout";
import type { Model } from "./model";
import { arrow, escaped, fitted, looks, rect, textAt } from "./svg";

const MARGIN = 24;
const PAD = 20;
const TITLE = 44;
const SHARED = 232;
/** Room for the headings of the frames above the row that begins in them. */
const HEADING = 84;

/** A picture of what a stack is made of, as SVG; the same resources always give the same text. */
export function pictureOf(
  resources: readonly OfflineResource[],
  { project, stack }: { project: string; stack: string },
): string {
  const onAws = resources.some(({ type }) => type.startsWith("aws:"));
  const model = (onAws ? awsModel : dockerModel)(resources, `${project} / ${stack}`);
  const rowOfNetwork = onAws && model.nodes.some(({ title }) => title === "CloudFront") ? 2 : 1;
  const layout = layoutOf(model, (row) => (row === rowOfNetwork ? HEADING : 0));
  return drawn(model, layout, rowOfNetwork);
}

function drawn(model: Model, layout: Layout, rowOfNetwork: number): string {
  const [x0, y0] = [MARGIN + 2 * PAD, TITLE + MARGIN];
  const inner = Math.max(layout.width, 420);
  const left = x0 + (inner - layout.width) / 2;
  const boxes = layout.boxes.map((box) => ({ ...box, x: box.x + left, y: box.y + y0 }));
  const networkTop = Math.min(...topsOf(boxes, model, rowOfNetwork)) - HEADING + 12;
  const sharedHeight = model.shared.reduce((sum, { lines }) => sum + 30 + 17 * lines.length, 40);
  const bottom = Math.max(y0 + layout.height + PAD + 18, networkTop + sharedHeight);
  const network = {
    x: x0 - PAD,
    y: networkTop,
    width: inner + 2 * PAD,
    height: bottom - networkTop,
  };
  const shared = model.shared.length > 0 ? SHARED + PAD : 0;
  const place = {
    x: MARGIN,
    y: networkTop - 34,
    width: network.width + 2 * PAD + shared,
    height: bottom - networkTop + 34 + PAD,
  };
  const [width, height] = [place.x + place.width + MARGIN, place.y + place.height + MARGIN];
  const parts = [
    textAt(MARGIN, 36, model.title, { size: 20, weight: 700 }),
    rect(place, { stroke: "#94a3b8", fill: "#ffffff" }),
    textAt(place.x + 14, place.y + 22, model.place, { weight: 700, fill: "#475569" }),
    ...networkParts(model, network, boxes),
    ...sharedParts(model, network.x + network.width + PAD, network.y),
    ...layout.lines.map(({ points }) => arrow(points.map(([x, y]) => [x + left, y + y0] as const))),
    ...boxes.map(boxOf),
    ...layout.lines.flatMap(({ edge, points }) => labelOf(edge.label, points, left, y0)),
  ];
  return svg(width, height, model.title, parts);
}

function topsOf(boxes: readonly Placed[], { nodes }: Model, row: number): number[] {
  const tops = [...new Set(boxes.map(({ y }) => y))].sort((a, b) => a - b);
  return [tops[Math.min(row, nodes.length - 1)] ?? tops.at(-1) ?? 0];
}

type Frame = { x: number; y: number; width: number; height: number };

/** The network, its zones as strips, and the line between public and private subnets. */
function networkParts({ network, zones }: Model, frame: Frame, boxes: readonly Placed[]): string[] {
  const top = frame.y + 28;
  const strip = (frame.width - 16) / Math.max(1, zones.length);
  const firstRow = Math.min(...boxes.filter(({ y }) => y > frame.y).map(({ y }) => y));
  const border = firstRow + BOX.height + 12;
  return [
    rect(frame, { stroke: "#16a34a", fill: "#fbfefc" }),
    textAt(frame.x + 14, frame.y + 19, network, { weight: 700, fill: "#15803d" }),
    ...zones.flatMap(({ name, publicSubnets, privateSubnets }, index) => {
      const x = frame.x + 8 + index * strip + 4;
      const width = strip - 8;
      const note = { size: 11, fill: "#64748b" };
      return [
        rect({ x, y: top, width, height: border - top }, { fill: "#ecfdf5", radius: 6 }),
        rect(
          { x, y: border + 4, width, height: frame.y + frame.height - border - 12 },
          { fill: "#f1f5f9", radius: 6 },
        ),
        textAt(
          x + 10,
          top + 17,
          fitted(`${name}: public ${publicSubnets.join(", ")}`, width - 20, 11),
          note,
        ),
        textAt(
          x + 10,
          frame.y + frame.height - 16,
          fitted(`private ${privateSubnets.join(", ")}`, width - 20, 11),
          note,
        ),
      ];
    }),
  ];
}

function sharedParts({ shared }: Model, x: number, y: number): string[] {
  if (shared.length === 0) return [];
  let at = y + 19;
  return shared.flatMap(({ title, lines }) => {
    const heading = textAt(x, at, title, { weight: 700, fill: "#475569" });
    const texts = lines.map((line, index) =>
      textAt(x, at + 17 * (index + 1), fitted(line, SHARED - PAD, 11), {
        size: 11,
        fill: "#475569",
      }),
    );
    at += 30 + 17 * lines.length;
    return [heading, ...texts];
  });
}

function boxOf({ node, x, y }: Placed): string {
  const [stroke, fill] = looks[node.look];
  const middle = x + BOX.width / 2;
  const lines = node.lines.filter((line) => line !== "");
  const first = y + BOX.height / 2 + 5 - (lines.length * 17) / 2;
  return [
    rect({ x, y, ...BOX }, { stroke, fill }),
    textAt(middle, first, fitted(node.title, BOX.width - 16, 14), {
      size: 14,
      weight: 700,
      anchor: "middle",
      fill: stroke,
    }),
    ...lines.map((line, index) =>
      textAt(middle, first + 17 * (index + 1), fitted(line, BOX.width - 12, 11), {
        size: 11,
        anchor: "middle",
      }),
    ),
  ].join("");
}

/** Beside the end of its line, on a ground of its own. */
function labelOf(
  label: string,
  points: readonly (readonly [number, number])[],
  left: number,
  top: number,
): string[] {
  const [x, y] = points.at(-1) ?? [0, 0];
  if (label === "") return [];
  const width = label.length * 6 + 8;
  const box = { x: x + left - width / 2, y: y + top - 23, width, height: 14 };
  return [
    rect(box, { fill: "#ffffff", radius: 3 }),
    textAt(x + left, y + top - 12.5, label, { size: 10, anchor: "middle", fill: "#475569" }),
  ];
}

function svg(width: number, height: number, title: string, parts: readonly string[]): string {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const head = `<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#64748b"/></marker>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="'DejaVu Sans', Verdana, Arial, sans-serif" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<defs>${head}</defs>`,
    rect({ x: 0, y: 0, width, height }, { fill: "#ffffff", radius: 0 }),
    ...parts,
    "</svg>\n",
  ].join("\n");
}
