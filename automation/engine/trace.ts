const noise = [
  /^\s*at .*\(?node:/,
  /^\s*at .*[/\\]node_modules[/\\]/,
  /^\s*at .*[/\\]\.pnpm[/\\]/,
  /^\s*at new Promise \(<anonymous>\)/,
  /^\s*at process\.processTicksAndRejections/,
];

/** Leaves the user's own frames of a stack trace, and everything that is no frame. */
export function ownFrames(text: string): string {
  return text
    .split("\n")
    .filter((line) => !noise.some((pattern) => pattern.test(line)))
    .join("\n")
    .trimEnd();
}

/** The error's own words, without the engine's sentence before them and without frames. */
export function thrownMessage(text: string): string {
  const body = text.replace(/^Running program '[^']*' failed with an unhandled exception:\n/, "");
  const frames = body.search(/\n\s+at /);
  return (frames < 0 ? body : body.slice(0, frames)).trim();
}
