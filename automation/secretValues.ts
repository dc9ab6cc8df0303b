/** Parts of a structured secret that are shorter are not looked for: they are flags, modes and words. */
const shortestPart = 6;

/** A whole secret that is shorter and stands in plain text elsewhere is a word, such as a user's name. */
const shortestDespitePublic = 8;

/**
 * The texts that have to be kept from sight, out of the values that a state or a config marks as secret.
 *
 * A provider or a program often marks a whole structure (all inputs of an image, all variables of a container) because
 * one part of it is secret. Its other parts are everywhere: the project's name, image references, paths. Taking those
 * for secrets would make messages unreadable and records useless, so a part that the state also holds in plain
 * text is left. A value that is marked by itself is always taken.
 */
export function secretTexts(
  secrets: Iterable<unknown>,
  publicTexts: ReadonlySet<string>,
): string[] {
  const found = new Set<string>();
  for (const secret of secrets) {
    if (typeof secret !== "string" && typeof secret !== "number") {
      for (const part of partsOf(secret)) if (isPart(part, publicTexts)) found.add(part);
      continue;
    }
    const text = String(secret);
    if (text.length >= shortestDespitePublic || !publicTexts.has(text)) found.add(text);
    for (const part of partsOf(parsed(text))) if (isPart(part, publicTexts)) found.add(part);
  }
  return [...found];
}

/** All strings of a value, and those behind the `=` of what looks like a variable. */
function partsOf(value: unknown): string[] {
  if (typeof value === "string") {
    const assigned = /^[A-Za-z_][A-Za-z0-9_]*=([\s\S]*)$/.exec(value)?.[1];
    return assigned === undefined ? [value] : [value, assigned];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(partsOf);
}

function isPart(text: string, publicTexts: ReadonlySet<string>): boolean {
  const isPath = /^\.{0,2}\/[\w./-]*$/.test(text);
  return text.length >= shortestPart && !isPath && !/^[\d.]+$/.test(text) && !publicTexts.has(text);
}

/** The structure that a text holds as JSON; undefined where it holds none. */
function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
