import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Problems } from "./errors";
import type { RolloutPosition } from "./rollout";

/** The library's own namespace, whatever the program's project is called. */
export const ROLLOUT_KEY = "landfall:rollout";

const positions = z.record(
  z.string(),
  z.strictObject({
    stable: z.strictObject({
      revision: z.string().regex(/^[0-9a-z]{1,64}$/),
      replicas: z.int().min(0).max(64),
    }),
    phase: z.int().min(0).max(1000),
  }),
);

/** What the deployment SDK has written into the stack's config about steps under way. */
export function configuredRollouts(problems: Problems): Readonly<Record<string, RolloutPosition>> {
  const text = pulumi.runtime.getConfig(ROLLOUT_KEY);
  if (text === undefined || text === "") return {};
  const parsed = positions.safeParse(parsedJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = [ROLLOUT_KEY, ...(issue?.path ?? [])].join(".");
  problems.add(
    at,
    `is written by \`landfall up\` alone, and this is not of its making: ${issue?.message ?? ""}`,
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
