/** The value at a dotted path, `checks.0.ok` for example; undefined where there is none. */
export function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const key of path.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

/** Where two JSON values differ first, and how; undefined where they do not. */
export interface Difference {
  /** Dotted path; empty for the whole. */
  at: string;
  fresh: string;
  stable: string;
}

/**
 * Compares two JSON values; the order of an object's keys means nothing. `ignore` names dotted paths that always
 * differ; `*` stands for any one key or index.
 */
export function differenceOf(
  fresh: unknown,
  stable: unknown,
  ignore: readonly string[],
): Difference | undefined {
  return walk(
    fresh,
    stable,
    [],
    ignore.map((path) => path.split(".")),
  );
}

function walk(
  fresh: unknown,
  stable: unknown,
  path: readonly string[],
  ignore: readonly (readonly string[])[],
): Difference | undefined {
  const isIgnored = ignore.some(
    (keys) => keys.length === path.length && keys.every((key, i) => key === "*" || key === path[i]),
  );
  if (isIgnored && path.length > 0) return undefined;
  const [a, b] = [childrenOf(fresh), childrenOf(stable)];
  if (a === undefined || b === undefined || Array.isArray(fresh) !== Array.isArray(stable)) {
    if (a === undefined && b === undefined && fresh === stable) return undefined;
    return { at: path.join("."), fresh: kindOf(fresh), stable: kindOf(stable) };
  }
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const found = walk(a.get(key), b.get(key), [...path, key], ignore);
    if (found !== undefined) return found;
  }
  return undefined;
}

function childrenOf(value: unknown): Map<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
}

/** What a value is, without giving away what it says: texts of answers may be anybody's. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return `a text of ${value.length} characters`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "number") return "a number";
  return value === null || typeof value === "boolean" ? String(value) : "an object";
}
