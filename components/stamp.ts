/** A moment as 14 digits, UTC, to the second: for the names of copies. */
export function stampOf(at: number): string {
  return new Date(at).toISOString().replace(/\D/g, "").slice(0, 14);
}
