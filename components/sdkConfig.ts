import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Problems } from "./errors";
import type { MigrationPlan } from "./migrations/status";
import type { RolloutPosition } from "./rollout";

/**
 * What the deployment SDK tells the components for one update, through the stack's config. In a namespace of its own:
 * it is no setting of any program, and no program has to hand it on.
 */
export interface SdkConfig {
  /** Where services stand on their way to a new revision, by service name. */
  readonly rollouts: Readonly<Record<string, RolloutPosition>>;
  /** Images that a release has run, by image name: they are made again without a build, under the same revision. */
  readonly pins: Readonly<Record<string, ImagePin>>;
  /** Task definitions that a release has run, by service name: what is still registered is not registered again. */
  readonly taskDefinitions: Readonly<Record<string, TaskDefinitionPin>>;
  /** Services that are stopped until they are started again, by name. */
  readonly stopped: Readonly<Record<string, boolean>>;
  /** The migrations of a release that is deployed again, by job name. */
  readonly migrations: Readonly<Record<string, MigrationPin>>;
}

/** The migrations that a release's image has, and the later ones that its code works with. */
export interface MigrationPin extends Omit<MigrationPlan, "downCommand"> {
  readonly beyond: readonly string[];
}

/**
 * A task definition that a release has run. It is of use where the program comes to the same revision: then it holds the
 * very same, and is run as it is. Where the program differs, a new one is registered.
 */
export interface TaskDefinitionPin {
  /** ARN with its number. */
  readonly arn: string;
  /** The service's revision that it was registered for. */
  readonly revision: string;
}

/** An image that is there, with the reference by which revisions know it. */
export interface ImagePin {
  readonly reference: string;
  /** Image id. */
  readonly id: string;
  /** `name@sha256:…` by which a registry has it. */
  readonly repoDigest?: string;
}

const position = z.strictObject({
  stable: z.strictObject({
    revision: z.string().regex(/^[0-9a-z]{1,64}$/),
    replicas: z.int().min(0).max(64),
  }),
  phase: z.int().min(0).max(1000),
});
const pin = z.strictObject({
  reference: z.string().min(1).max(1000),
  id: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  repoDigest: z.string().max(1000).optional(),
});

const taskDefinition = z.strictObject({
  arn: z.string().regex(/^arn:[\w-]+:ecs:[\w-]+:\d{12}:task-definition\/[\w-]{1,255}:\d+$/),
  revision: z.string().regex(/^[0-9a-z]{1,64}$/),
});

const migration = z.strictObject({
  id: z.string(),
  contracting: z.boolean(),
  down: z.boolean(),
  tolerates: z.string().optional(),
});
const migrations = z.strictObject({
  tool: z.enum(["sql", "alembic"]).optional(),
  head: z.string(),
  chain: z.array(migration),
  tolerates: z.string().optional(),
  beyond: z.array(z.string()),
});

/** Reads all keys; what is not of the SDK's making is noted. */
export function sdkConfig(problems: Problems): SdkConfig {
  return {
    rollouts: read("landfall-sdk:rollout", z.record(z.string(), position), problems),
    pins: read("landfall-sdk:pins", z.record(z.string(), pin), problems),
    taskDefinitions: read(
      "landfall-sdk:taskDefinitions",
      z.record(z.string(), taskDefinition),
      problems,
    ),
    migrations: read("landfall-sdk:migrations", z.record(z.string(), migrations), problems),
    stopped: read("landfall-sdk:stopped", z.record(z.string(), z.boolean()), problems),
  };
}

function read<T>(
  key: string,
  shape: z.ZodType<Record<string, T>>,
  problems: Problems,
): Readonly<Record<string, T>> {
  const text = pulumi.runtime.getConfig(key);
  if (text === undefined || text === "") return {};
  const parsed = shape.safeParse(parsedJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = [key, ...(issue?.path ?? [])].join(".");
  problems.add(
    at,
    `is written by the deployment SDK alone, and this is not: ${issue?.message ?? ""}`,
  );
  return {};
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
