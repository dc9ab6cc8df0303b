import type { PropertyValue } from "../../host/values";

export type Edit = "add" | "delete" | "update";

/** The changes between two lists of plain values by position, from their longest common subsequence. */
export function edits(
  old: readonly PropertyValue[],
  next: readonly PropertyValue[],
): Map<number, Edit> {
  const kept = commonPairs(old, next);
  const keptOld = new Set(kept.map(([from]) => from));
  const keptNext = new Set(kept.map(([, to]) => to));
  const changes = new Map<number, Edit>();
  old.forEach((_, index) => {
    if (!keptOld.has(index)) changes.set(index, "delete");
  });
  next.forEach((_, index) => {
    if (!keptNext.has(index)) changes.set(index, changes.has(index) ? "update" : "add");
  });
  return changes;
}

function commonPairs(
  old: readonly PropertyValue[],
  next: readonly PropertyValue[],
): [number, number][] {
  const width = next.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row--)
    for (let column = next.length - 1; column >= 0; column--)
      lengths[row * width + column] =
        old[row] === next[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const pairs: [number, number][] = [];
  for (let row = 0, column = 0; row < old.length && column < next.length;) {
    if (old[row] === next[column]) pairs.push([row++, column++]);
    else if (at(row + 1, column) >= at(row, column + 1)) row++;
    else column++;
  }
  return pairs;
}
