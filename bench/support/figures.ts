/** The middle value; between two, their mean. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** `median (smallest to largest)` with a unit. */
export function spread(values: readonly number[], unit: string, digits = 1): string {
  if (values.length === 0) return "-";
  const [low, high] = [Math.min(...values), Math.max(...values)].map((v) => v.toFixed(digits));
  const middle = median(values).toFixed(digits);
  return values.length === 1 ? `${middle} ${unit}` : `${middle} ${unit} (${low} to ${high})`;
}

/** How many times as much. */
export function ratio(value: number, base: number): string {
  return `${(value / base).toFixed(2)} x`;
}

/** Whether a measure is reached, in the words of the tables. */
export function against(isMet: boolean, limit: string): string {
  return `${isMet ? "met" : "MISSED"} (${limit})`;
}

/** Prints rows under a heading in columns; all but the first are aligned to the right. */
export function printTable(heading: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  const lines = all.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? "";
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)).join("  "));
  process.stdout.write(`\n${lines.join("\n")}\n\n`);
}
