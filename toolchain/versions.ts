/** The engine that Landfall is built and tested with, and the lowest that it takes. */
export const ENGINE_VERSION = "3.220.0";

const VERSION = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

interface Version {
  numbers: [number, number, number];
  preRelease: boolean;
}

/** Why an engine of this version cannot be taken, or undefined when it can. */
export function unfitEngineVersion(version: string): string | undefined {
  const parsed = parse(version);
  const lowest = parse(ENGINE_VERSION);
  if (parsed === undefined || lowest === undefined) return `"${version}" is not a version`;
  if (parsed.numbers[0] !== lowest.numbers[0]) {
    return `${version} has another major version than ${ENGINE_VERSION}`;
  }
  const order = compare(parsed, lowest);
  return order < 0 ? `${version} is older than ${ENGINE_VERSION}` : undefined;
}

/** Whether `version` is at least `lowest`; false when either is no version. */
export function atLeast(version: string, lowest: string): boolean {
  const [a, b] = [parse(version), parse(lowest)];
  return a !== undefined && b !== undefined && compare(a, b) >= 0;
}

function parse(text: string): Version | undefined {
  const match = VERSION.exec(text.trim());
  if (match === null) return undefined;
  return {
    numbers: [Number(match[1]), Number(match[2]), Number(match[3])],
    preRelease: match[4] !== undefined,
  };
}

function compare(a: Version, b: Version): number {
  for (const i of [0, 1, 2] as const) {
    if (a.numbers[i] !== b.numbers[i]) return a.numbers[i] - b.numbers[i];
  }
  return Number(b.preRelease) - Number(a.preRelease);
}
