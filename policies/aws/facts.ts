import type { Subject } from "../subject";

/**
 * Service and kind of a resource of AWS, such as `rds:Instance`; undefined for any other. The module of a kind does not
 * matter: a load balancer's listener is the same in `lb`, `alb` and `elasticloadbalancingv2`.
 */
export function awsKind({ type }: Subject): string | undefined {
  const [, service = "", kind = ""] = /^aws:(\w+)\/\w+:(\w+)$/.exec(type) ?? [];
  if (kind === "") return undefined;
  const usual = ["alb", "elasticloadbalancingv2"].includes(service) ? "lb" : service;
  // Buckets and what belongs to them have had a second name for a while.
  return `${usual}:${usual === "s3" ? kind.replace(/V2$/, "") : kind}`;
}

/** Checks by kind; what a resource's kind is not in the table of breaks nothing. */
export type Checks<Rest extends unknown[] = []> = Readonly<
  Record<string, (subject: Subject, ...rest: Rest) => string[]>
>;

/** Asks the check of the resource's kind. */
export function byKind<Rest extends unknown[]>(
  checks: Checks<Rest>,
  subject: Subject,
  ...rest: Rest
): string[] {
  const kind = awsKind(subject);
  if (kind === undefined || !Object.hasOwn(checks, kind)) return [];
  return checks[kind]?.(subject, ...rest) ?? [];
}

/** The complaint unless the input is as it must be; one that is secret or not known yet breaks nothing. */
export function unless(
  { inputs, hidden }: Subject,
  input: string,
  fits: (value: unknown) => boolean,
  complaint: string,
): string[] {
  return hidden.has(input) || fits(inputs[input]) ? [] : [complaint];
}

export const isTrue = (value: unknown): boolean => value === true;
export const isSet = (value: unknown): boolean => typeof value === "string" && value !== "";
