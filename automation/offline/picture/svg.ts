/** Colours of a kind of box: border and ground. */
export const looks = {
  outside: ["#475569", "#f8fafc"],
  entry: ["#7c3aed", "#f5f3ff"],
  service: ["#c2410c", "#fff7ed"],
  task: ["#a16207", "#fefce8"],
  store: ["#1d4ed8", "#eff6ff"],
} as const;

/** Cells of a sans-serif face of 12 pixels, on the wide side: text must not leave its box. */
const CELL = 6.6;

/** The text, cut to fit. */
export function fitted(text: string, width: number, size = 12): string {
  const most = Math.floor(width / (CELL * (size / 12)));
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}

export function escaped(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text
    .replace(/[&<>"]/g, (character) => entities[character] ?? "")
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, "");
}

interface TextStyle {
  size?: number;
  weight?: number;
  fill?: string;
  anchor?: "start" | "middle";
}

export function textAt(x: number, y: number, text: string, style: TextStyle = {}): string {
  const { size = 12, weight = 400, fill = "#0f172a", anchor = "start" } = style;
  const attributes = `font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}"`;
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped(text)}</text>`;
}

interface RectStyle {
  fill?: string;
  stroke?: string;
  dash?: string;
  radius?: number;
  strokeWidth?: number;
}

export function rect(
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  style: RectStyle = {},
): string {
  const { fill = "none", stroke = "none", dash, radius = 8, strokeWidth = 1.5 } = style;
  const place = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
  const dashes = dash === undefined ? "" : ` stroke-dasharray="${dash}"`;
  return `<rect ${place} rx="${radius}" fill="${fill}" stroke="${stroke}" stroke-width="${strokeWidth}"${dashes}/>`;
}

/** A line with round corners and an arrow at its end. */
export function arrow(points: readonly (readonly [number, number])[]): string {
  const [start = [0, 0] as const, ...rest] = points;
  const radius = 8;
  const parts = rest.map(([x, y], index) => {
    const [px, py] = points[index] ?? start;
    const next = points[index + 2];
    const length = Math.abs(x - px) + Math.abs(y - py);
    if (next === undefined || length === 0) return `L${round(x)} ${round(y)}`;
    const after = Math.abs(next[0] - x) + Math.abs(next[1] - y);
    const bend = Math.min(radius, length / 2, after / 2);
    if (bend === 0) return `L${round(x)} ${round(y)}`;
    const toward = (from: readonly number[], by: number): string => {
      const [dx, dy] = [(from[0] ?? 0) - x, (from[1] ?? 0) - y];
      const far = Math.abs(dx) + Math.abs(dy);
      return `${round(x + (dx / far) * by)} ${round(y + (dy / far) * by)}`;
    };
    return `L${toward([px, py], bend)}Q${round(x)} ${round(y)} ${toward(next, bend)}`;
  });
  const path = `M${round(start[0])} ${round(start[1])}${parts.join("")}`;
  return `<path d="${path}" fill="none" stroke="#64748b" stroke-width="1.5" marker-end="url(#arrow)"/>`;
}

/** Halves of pixels are enough, and the same on every machine. */
export function round(value: number): string {
  return String(Math.round(value * 2) / 2);
}
