import { randomInt } from "node:crypto";

/** What a random string is composed of. */
export interface Composition {
  /** Length in characters. */
  readonly length: number;
  readonly classes: readonly CharacterClass[];
}

export interface CharacterClass {
  readonly characters: string;
  /** Whether the characters beyond the minima are drawn from this class too. */
  readonly included: boolean;
  /** How many characters of this class there are at least. */
  readonly min: number;
}

export const alphabets = {
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  lower: "abcdefghijklmnopqrstuvwxyz",
  numeric: "0123456789",
  special: "!@#$%&*()-_=+[]{}<>:?",
} as const;

/**
 * Draws each character uniformly and puts them in a uniformly random order, from the system's cryptographic
 * generator and without modulo bias.
 */
export function compose({ length, classes }: Composition): string {
  const drawn = classes.flatMap(({ characters, min }) => draw(characters, min));
  const all = classes.filter((one) => one.included).map((one) => one.characters);
  const rest = draw(all.join(""), length - drawn.length);
  return shuffle(drawn.concat(rest)).join("");
}

/** A uniformly random permutation (Fisher-Yates). */
export function shuffle<T>(items: readonly T[]): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const chosen = randomInt(last + 1);
    const item = shuffled[last];
    const other = shuffled[chosen];
    if (item === undefined || other === undefined) continue;
    shuffled[last] = other;
    shuffled[chosen] = item;
  }
  return shuffled;
}

function draw(characters: string, count: number): string[] {
  const alphabet = [...new Set(characters)];
  if (count > 0 && alphabet.length === 0)
    throw new RangeError("there are no characters to draw from");
  return Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)] ?? "");
}
