import type { Problem } from "./errors";
import { UsageError } from "./errors";
import { operations } from "./operations";
import type { ArgsOf, OperationName } from "./operations";

/**
 * Checks the arguments of an operation, whoever they come from.
 * @throws UsageError that lists every mistake
 */
export function parseArgs<N extends OperationName>(name: N, args: unknown): ArgsOf<N> {
  const parsed = operations[name].args.safeParse(args ?? {});
  // What the schema of N gives is what it takes: none of the schemas transforms or fills anything in.
  if (parsed.success) return parsed.data as ArgsOf<N>;
  throw new UsageError(
    parsed.error.issues.map((issue): Problem => {
      const path = issue.path.join(".");
      if (issue.code === "unrecognized_keys") {
        return {
          path,
          message: `unknown argument ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`,
        };
      }
      return { path, message: `${issue.message}${received(args, issue.path)}` };
    }),
  );
}

function received(args: unknown, path: readonly PropertyKey[]): string {
  let value: unknown = args;
  for (const key of path) {
    value =
      typeof value === "object" && value !== null
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined;
  }
  if (value === undefined || path.length === 0) return "";
  const text = JSON.stringify(value);
  return `, got ${text.length > 80 ? `${text.slice(0, 77)}...` : text}`;
}
