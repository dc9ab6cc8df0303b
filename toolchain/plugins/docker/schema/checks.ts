import { durationNanoseconds } from "./duration";

type Check = (value: string | number | boolean) => string | undefined;

export function matches(pattern: RegExp, rule: string): Check {
  return (value) => (pattern.test(String(value)) ? undefined : `must be ${rule}`);
}

export function oneOf(...choices: readonly string[]): Check {
  return (value) =>
    choices.includes(String(value)) ? undefined : `must be one of ${choices.join(", ")}`;
}

export function atLeast(minimum: number): Check {
  return (value) => (Number(value) >= minimum ? undefined : `must be at least ${minimum}`);
}

export const duration: Check = (value) => {
  const nanoseconds = durationNanoseconds(String(value));
  return nanoseconds === undefined || nanoseconds < 0
    ? 'must be a duration such as "30s" or "1m30s"'
    : undefined;
};

export const base64: Check = (value) =>
  Buffer.from(String(value), "base64").toString("base64").replace(/=+$/, "") ===
  String(value).replace(/\s|=+$/g, "")
    ? undefined
    : "must be base64";

export const absolutePath: Check = matches(
  /^([a-zA-Z]:\\|\\\\|\/)/,
  "an absolute path on the Docker host",
);

export const port: Check = (value) =>
  Number(value) >= 0 && Number(value) <= 65535 ? undefined : "must be from 0 to 65535";
