import { z } from "zod";

import { seconds, target } from "./common";

export const planArgs = z.strictObject({ ...target });

export type PlanArgs = z.input<typeof planArgs>;

export const offlinePlanArgs = z.strictObject({
  ...target,
  /** File to save the resources to, for a later `diff`. It is replaced where it is there. */
  save: z.string().min(1).optional(),
  /** File that an earlier one has saved: what differs from it is told. */
  diff: z.string().min(1).optional(),
  /** File for a picture of the architecture. It is replaced where it is there. */
  svg: z.string().min(1).optional(),
});

export type OfflinePlanArgs = z.input<typeof offlinePlanArgs>;

export const pruneArgs = z.strictObject({
  ...target,
  /** How many good releases keep their images. @default config `keepReleases`, else 10 */
  keep: z.int().min(1).max(10_000).optional(),
  /** Seconds to wait for a lock that an update holds; 0 fails at once. @default 0 */
  wait: seconds(86_400).optional(),
  /** Only tell what would go. @default false */
  dryRun: z.boolean().optional(),
});

export type PruneArgs = z.input<typeof pruneArgs>;

export const bootstrapArgs = z.strictObject({
  cwd: z.string().min(1).optional(),
  /** What is made ready. */
  platform: z.enum(["aws"]),
  /** GitHub repository whose workflows may deploy, as `owner/name`. */
  repository: z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, "must be owner/name"),
  /** Region of bucket, key and stacks. @default AWS_REGION */
  region: z
    .string()
    .regex(/^[a-z]{2}-[a-z]+-\d$/, "must be a region, such as ap-northeast-1")
    .optional(),
  /** Name of the bucket. @default one of project, account and region */
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, "must be 3 to 63 lower-case letters, digits and -")
    .optional(),
  /** Branch whose workflows may deploy. @default "main" */
  branch: z
    .string()
    .regex(/^[\w./-]{1,200}$/, "must be the name of a branch")
    .optional(),
  /** GitHub environments whose jobs may deploy. @default ["staging", "production"] */
  environments: z
    .array(z.string().regex(/^[\w.-]{1,100}$/, "must be the name of an environment"))
    .min(1)
    .max(20)
    .optional(),
  /** Only tell what would be made. @default false */
  dryRun: z.boolean().optional(),
});

export type BootstrapArgs = z.input<typeof bootstrapArgs>;
