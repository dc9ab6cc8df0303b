import { resolve } from "node:path";

import type { ArgsOf, OperationName } from "../operations";

/**
 * Turns the fields of a command line into the arguments of an operation, by the SDK's own check.
 *
 * @throws UsageError that lists every mistake
 */
export async function toArgs<N extends OperationName>(
  name: N,
  raw: Readonly<Record<string, unknown>>,
): Promise<ArgsOf<N>> {
  const { parseArgs } = await import("../arguments");
  const { cwd } = raw;
  const fields = typeof cwd === "string" && cwd !== "" ? { ...raw, cwd: resolve(cwd) } : raw;
  return parseArgs(name, fields);
}

/** How a field of the operations' arguments is written on a command line: `verifyTimeout` is `--verify-timeout`. */
export function optionOf(field: string): string {
  return `--${field.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}
