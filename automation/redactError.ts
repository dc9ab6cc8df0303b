import type { Redactor } from "./redact";

/** How far the chain of causes is followed. */
const depth = 8;

/**
 * Takes every secret out of an error and out of all its causes: message, stack and the fields of their own (output
 * of the engine, problems). The error stays the same object, of the same class.
 */
export function redactError(error: unknown, redactor: Redactor): unknown {
  if (redactor.size === 0) return error;
  if (typeof error === "string") return redactor.text(error);
  let current: unknown = error;
  for (let level = 0; current instanceof Error && level < depth; level++) {
    for (const key of ["message", "stack", ...Object.keys(current)])
      redactField(current, key, redactor);
    current = current.cause;
  }
  return error;
}

function redactField(error: Error, key: string, redactor: Redactor): void {
  const value: unknown = Reflect.get(error, key);
  if (key === "cause" || value instanceof Error || !isPlain(value)) return;
  const shown = redactor.data(value);
  if (shown !== value)
    Object.defineProperty(error, key, { value: shown, configurable: true, writable: true });
}

function isPlain(value: unknown): boolean {
  if (typeof value === "string" || Array.isArray(value)) return true;
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
