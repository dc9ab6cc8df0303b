import type { Redactor } from "../components/redaction/redactor";

/**
 * Takes every secret out of an error and out of all that hangs on it: message, stack, causes of any kind, the errors
 * of an aggregate, and the fields of its own (output of the engine, problems). The error stays the same object, of the
 * same class; only one that lets nothing of it be changed (zod's, for one) gives way to a copy of its name, message and stack.
 */
export function redactError(error: unknown, redactor: Redactor): unknown {
  if (redactor.size === 0) return error;
  return redacted(error, redactor, new Set());
}

function redacted(value: unknown, redactor: Redactor, seen: Set<unknown>): unknown {
  if (Array.isArray(value) && value.some((each) => each instanceof Error))
    return value.map((each) => redacted(each, redactor, seen));
  if (!(value instanceof Error)) return isPlain(value) ? redactor.data(value) : value;
  if (seen.has(value)) return value;
  seen.add(value);
  if (isSealed(value)) return copyOf(value, redactor);
  // Neither a message nor a cause can be enumerated.
  for (const key of Object.getOwnPropertyNames(value)) {
    const before: unknown = Reflect.get(value, key);
    const after = redacted(before, redactor, seen);
    if (after === before) continue;
    Object.defineProperty(value, key, { value: after, configurable: true, writable: true });
  }
  return value;
}

function isSealed(error: Error): boolean {
  return Object.values(Object.getOwnPropertyDescriptors(error)).some(
    ({ configurable, writable }) => configurable === false && writable !== true,
  );
}

function copyOf({ name, message, stack }: Error, redactor: Redactor): Error {
  const copy = new Error(redactor.text(message));
  copy.name = name;
  if (stack !== undefined) copy.stack = redactor.text(stack);
  return copy;
}

function isPlain(value: unknown): boolean {
  if (typeof value === "string" || Array.isArray(value)) return true;
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
