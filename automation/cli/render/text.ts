import { stripVTControlCharacters } from "node:util";

const plainAscii = /^[\x20-\x7e]*$/;
// Blocks that terminals draw two cells wide: CJK, Hangul, full-width forms and pictographs.
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|^\p{Emoji_Presentation}/u;
const sgr = /\u001b\[[0-9;]*m/g;
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const segmenter = new Intl.Segmenter();

/** The number of terminal cells that `text` takes; colour codes take none. */
export function cells(text: string): number {
  const bare = text.replace(sgr, "");
  if (plainAscii.test(bare)) return bare.length;
  let width = 0;
  for (const { segment } of segmenter.segment(bare)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/**
 * Makes text that somebody else wrote safe to print: no escape sequences, no control or direction characters (they
 * could rewrite what the terminal shows), a tab as two spaces, and of a line that was overwritten with `\r` only what remained.
 */
export function clean(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n/g, "\n")
    .replace(/^.*\r(?=[^\n])/gm, "")
    .replace(/\t/g, "  ")
    .replace(controls, "");
}

/** The last line of `text` that says something, cleaned. */
export function lastLine(text: string): string {
  const lines = clean(text).split("\n");
  return lines.findLast((line) => line.trim() !== "")?.trim() ?? "";
}

/** Cuts uncoloured `text` to `width` cells; a cut shows as the ellipsis. */
export function cutEnd(text: string, width: number, ellipsis: string): string {
  if (cells(text) <= width) return text;
  if (width <= ellipsis.length) return take(text, width);
  return take(text, width - ellipsis.length) + ellipsis;
}

/** Cuts uncoloured `text` in its middle, because names differ in their last characters (`api-9c1d-2`). */
export function cutMiddle(text: string, width: number, ellipsis: string): string {
  if (cells(text) <= width) return text;
  const room = width - ellipsis.length;
  if (room < 4) return cutEnd(text, width, ellipsis);
  const tail = Math.floor(room / 2);
  const reversed = [...segmenter.segment(text)].map((s) => s.segment).reverse();
  const end = [...takeSegments(reversed, tail)].reverse().join("");
  return take(text, room - tail) + ellipsis + end;
}

/** Pads `text` (coloured or not) with spaces to `width` cells. */
export function pad(text: string, width: number, side: "left" | "right" = "left"): string {
  const gap = " ".repeat(Math.max(0, width - cells(text)));
  return side === "left" ? text + gap : gap + text;
}

/** Wraps uncoloured `text` at spaces into lines of at most `width` cells; a longer word is broken. */
export function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line, Math.max(width, 1)));
}

function wrapLine(line: string, width: number): string[] {
  if (cells(line) <= width) return [line];
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(/(?<= )/)) {
    if (cells(current + word.trimEnd()) <= width) {
      current += word;
      continue;
    }
    if (current !== "") lines.push(current.trimEnd());
    const pieces = broken(word, width);
    current = pieces.pop() ?? "";
    lines.push(...pieces);
  }
  if (current.trim() !== "") lines.push(current.trimEnd());
  return lines;
}

/** A word in pieces of at most `width` cells, in one pass: it may be a whole document. What is wider alone stays whole. */
function broken(word: string, width: number): string[] {
  const bare = word.trimEnd();
  const pieces: string[] = [];
  let piece = "";
  let used = 0;
  for (const { segment } of segmenter.segment(bare)) {
    const own = cells(segment);
    if (used > 0 && used + own > width) {
      pieces.push(piece);
      piece = "";
      used = 0;
    }
    piece += segment;
    used += own;
  }
  return [...pieces, piece + word.slice(bare.length)];
}

function take(text: string, width: number): string {
  if (plainAscii.test(text)) return text.slice(0, Math.max(0, width));
  return takeSegments(
    [...segmenter.segment(text)].map((s) => s.segment),
    width,
  ).join("");
}

function takeSegments(segments: string[], width: number): string[] {
  let used = 0;
  const taken: string[] = [];
  for (const segment of segments) {
    used += cells(segment);
    if (used > width) break;
    taken.push(segment);
  }
  return taken;
}
