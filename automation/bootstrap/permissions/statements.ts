import type { PolicyDocument } from "../documents";

export type Statement = Record<string, unknown>;

export const allow = (
  Sid: string,
  Action: readonly string[],
  Resource: unknown,
  Condition?: unknown,
): Statement => ({
  ...{ Sid, Effect: "Allow", Action, Resource },
  ...(Condition === undefined ? {} : { Condition }),
});

export const document = (...Statement: Statement[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement,
});

/** Actions of a service, or parts of an ARN. */
export const verbs = (service: string, what: string): string[] =>
  what.split(" ").map((each) => `${service}:${each}`);
