import { z } from "zod";

import type { OutputValue } from "./results";

const build = z.object({
  image: z.string(),
  context: z.string(),
  dockerfile: z.string(),
  contextHash: z.string(),
});
const file = z.object({ path: z.string(), sha256: z.string(), source: z.string().optional() });

const phase = z.object({
  weight: z.number(),
  replicas: z.number().optional(),
  moment: z.enum(["before", "during", "after"]),
  pauseMs: z.number(),
});
const rollout = z.object({
  strategy: z.enum(["blueGreen", "canary", "linear", "rolling", "recreate"]),
  phases: z.array(phase),
  // Each is read when it is asked: one of a later version must not hide the rest.
  gates: z.array(z.unknown()),
  current: phase
    .extend({
      index: z.number(),
      stable: z.object({ revision: z.string(), containers: z.array(z.string()) }),
    })
    .optional(),
});

const feature = z.object({ on: z.boolean(), enables: z.boolean() });
const inactive = z.object({ by: z.enum(["stop", "feature"]), feature: z.string().optional() });

const ecs = z.object({
  region: z.string(),
  cluster: z.string(),
  service: z.string(),
  taskDefinition: z.string(),
  container: z.string(),
  logGroup: z.string(),
  autoscaling: z.object({ min: z.number(), max: z.number() }).optional(),
  targetGroups: z.array(z.string()),
});

const service = z.object({
  image: z.string(),
  digest: z.string(),
  revision: z.string(),
  replicas: z.number(),
  configuredReplicas: z.number().optional(),
  features: z.record(z.string(), feature).optional(),
  inactive: inactive.optional(),
  healthPath: z.string(),
  port: z.number(),
  exposure: z.enum(["internal", "public"]),
  url: z.string().optional(),
  containers: z.array(z.string()),
  router: z.string().optional(),
  ecs: ecs.optional(),
  rollout: rollout.optional(),
  imageName: z.string().optional(),
  repoDigest: z.string().optional(),
  build: build.optional(),
  files: z.array(file).optional(),
});

const database = z.object({
  region: z.string(),
  instance: z.string(),
  role: z.string(),
  tools: z.object({
    cluster: z.string(),
    taskDefinition: z.string(),
    container: z.string(),
    subnets: z.array(z.string()),
    securityGroups: z.array(z.string()),
    logGroup: z.string(),
    logPrefix: z.string(),
  }),
});

/** A database as the program's output `databases` describes it. */
export type IntendedDatabase = z.infer<typeof database>;

/** A service as the program's output `services` describes it. */
export type IntendedService = z.infer<typeof service>;

/** What the outputs of a stack promise, as far as it can be observed. */
export interface Intended {
  platform?: string;
  /** Undefined where the stack has no output `services` that could be read. */
  services?: Record<string, IntendedService>;
  /** Managed databases by component; undefined where the stack's output could not be read. */
  databases?: Record<string, IntendedDatabase>;
  urls: Record<string, string>;
  migrationHead?: string;
  /** Why `services` could not be read. */
  problem?: string;
}

/** Reads the outputs that every Landfall program has. */
export function readIntended(outputs: Readonly<Record<string, OutputValue>>): Intended {
  const text = (name: string): string | undefined => {
    const value = outputs[name]?.value;
    return typeof value === "string" ? value : undefined;
  };
  const [platform, migrationHead] = [text("platform"), text("migrationHead")];
  return {
    urls: urlsOf(outputs),
    ...(platform === undefined ? {} : { platform }),
    ...(migrationHead === undefined ? {} : { migrationHead }),
    ...databasesOf(outputs),
    ...servicesOf(outputs),
  };
}

function databasesOf(outputs: Readonly<Record<string, OutputValue>>): Pick<Intended, "databases"> {
  const { success, data } = z.record(z.string(), database).safeParse(outputs.databases?.value);
  return success ? { databases: data } : {};
}

function servicesOf(
  outputs: Readonly<Record<string, OutputValue>>,
): Pick<Intended, "services" | "problem"> {
  if (outputs.services === undefined) return { problem: "the stack has no output `services`" };
  const parsed = z.record(z.string(), service).safeParse(outputs.services.value);
  if (parsed.success) return { services: parsed.data };
  const [issue] = parsed.error.issues;
  return {
    problem: `the output \`services.${issue?.path.join(".") ?? ""}\`: ${issue?.message ?? "is invalid"}`,
  };
}

function urlsOf(outputs: Readonly<Record<string, OutputValue>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, { value, secret }]): [string, string][] =>
      !secret && name.endsWith("Url") && typeof value === "string" && /^https?:\/\//.test(value)
        ? [[name, value]]
        : [],
    ),
  );
}
