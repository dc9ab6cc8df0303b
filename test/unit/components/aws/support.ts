import * as pulumi from "@pulumi/pulumi";
import type { AwsEnvironmentArgs } from "../../../../components/aws/args";
import type { AwsContext } from "../../../../components/aws/context";
import { aws as platform } from "../../../../components/aws";
import type { EnvironmentArgs } from "../../../../components/environment";
import { Problems } from "../../../../components/errors";
import type { Registrations } from "../../../support/mocks";
import { mockEngine, setConfig } from "../../../support/mocks";

export const PUBLIC = { subject: 'ApiService "api"', responseTimeoutMs: 60_000 };

/** An environment on AWS under mocks, with its way in and its bucket unless something else is asked for. */
export async function openAws(
  aws: AwsEnvironmentArgs = {},
  {
    use = (context: AwsContext) => {
      context.edge(PUBLIC);
      context.artefacts();
    },
    args = {},
    opts = () => ({}),
    stack = "staging",
  }: {
    readonly use?: (context: AwsContext) => void;
    readonly args?: EnvironmentArgs;
    readonly opts?: () => pulumi.ComponentResourceOptions;
    readonly stack?: string;
  } = {},
): Promise<{ seen: Registrations; context: AwsContext }> {
  const seen = await mockEngine({ project: "rainbow", stack });
  setConfig({ "aws:region": "ap-northeast-1" });
  const problems = new Problems("Environment");
  const settings = platform.settings({ aws }, problems);
  problems.throwIfAny();
  const parent = new pulumi.ComponentResource("test:index:Environment", "shop", {}, opts());
  const identity = { name: "shop", project: "rainbow", stack };
  const context = platform.environment(parent, identity, args, settings);
  use(context);
  await seen.settled();
  return { seen, context };
}

/**
 * A look at an environment that is the same for all who look with the same plain arguments: making one takes as long as all
 * the rest of a test. Whoever gives functions or outputs gets one of its own.
 */
export function shared<A extends readonly unknown[], T>(
  make: (...args: A) => Promise<T>,
): typeof make {
  const made = new Map<string, Promise<T>>();
  return (...args) => {
    if (!args.every(isPlain)) return make(...args);
    const key = JSON.stringify(args);
    const known = made.get(key) ?? make(...args);
    // What was asked for last stays, and is asked for again soon: a program under mocks holds a megabyte.
    made.delete(key);
    made.set(key, known);
    const [oldest] = made.keys();
    if (made.size > KEPT && oldest !== undefined) made.delete(oldest);
    return known;
  };
}

const KEPT = 5;

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  if (typeof value !== "object" || value === null) return typeof value !== "function";
  const isObject = Object.getPrototypeOf(value) === Object.prototype;
  return isObject && Object.values(value).every(isPlain);
}
