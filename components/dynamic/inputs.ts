import type { CheckFailure, CheckResult } from "@pulumi/pulumi/dynamic";
import { z } from "zod";
import { hasUnknown } from "./diff";

/** Checks inputs of which some may not be known yet; every mistake is reported. */
export function checkInputs<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
  news: object,
): CheckFailure[] {
  const given = news as Record<string, unknown>;
  const failures: CheckFailure[] = Object.keys(given)
    .filter((key) => key !== "__provider" && !(key in schema.shape))
    .map((property) => ({ property, reason: "is not an input of this resource" }));
  for (const [key, type] of Object.entries(schema.shape)) {
    const value = given[key];
    if (hasUnknown(value)) continue;
    const parsed = z.safeParse(type, value === null ? undefined : value);
    for (const issue of parsed.error?.issues ?? []) {
      failures.push({
        property: [key, ...issue.path].join("."),
        reason: reasonOf(issue, key, value),
      });
    }
  }
  return failures;
}

/** The engine's answer to check: the inputs as they are, or every mistake. */
export function checked<I extends object>(news: I, failures: CheckFailure[]): CheckResult<I> {
  return failures.length === 0 ? { inputs: news } : { inputs: news, failures };
}

/** The inputs as they were checked; what is not theirs is left out. */
export function parsedInputs<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
  props: object,
): z.output<z.ZodObject<T>> {
  const given = Object.entries(props).filter(
    ([key, value]) => key in schema.shape && value !== null,
  );
  return schema.parse(Object.fromEntries(given));
}

function reasonOf(issue: z.core.$ZodIssue, key: string, value: unknown): string {
  const received = issue.path.reduce<unknown>(
    (part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
  // An environment may hold secrets: its values are never shown.
  const scalar = key !== "env" && ["string", "number", "boolean"].includes(typeof received);
  return scalar ? `${issue.message}, received ${JSON.stringify(received)}` : issue.message;
}
