import { resolve } from "node:path";

import { UsageError } from "../errors";
import type { Problem } from "../errors";
import type { ArgsOf, OperationName } from "../operations";

/**
 * Turns the fields of a command line into the arguments of an operation, by the operation's own schema.
 *
 * @throws UsageError that names every option that is wrong, its rule and the received value
 */
export async function toArgs<N extends OperationName>(
  name: N,
  raw: Readonly<Record<string, unknown>>,
): Promise<ArgsOf<N>> {
  const { operations } = await import("../operations");
  const { cwd } = raw;
  const fields = typeof cwd === "string" ? { ...raw, cwd: cwd === "" ? "" : resolve(cwd) } : raw;
  const parsed = operations[name].args.safeParse(fields);
  if (parsed.success) return parsed.data as ArgsOf<N>;
  throw new UsageError(
    parsed.error.issues.map(({ path, message }): Problem => {
      const field = String(path[0] ?? "");
      const received = field in raw ? `, received ${JSON.stringify(raw[field])}` : "";
      return { path: optionOf(field), message: `${asOption(message)}${received}` };
    }),
  );
}

/** How a field of the operations' arguments is written on a command line: `verifyTimeout` is `--verify-timeout`. */
export function optionOf(field: string): string {
  return field === "" ? "" : `--${field.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
}

/** In the contract's messages other fields are quoted as `steps`. */
function asOption(message: string): string {
  return message.replace(/`([a-z]\w*)`/g, (_, field: string) => optionOf(field));
}
