import { z } from "zod";

import { stackName, serviceName, moment, target } from "./common";

export const statusArgs = z.strictObject({ ...target });

export type StatusArgs = z.input<typeof statusArgs>;

export const outputsArgs = z.strictObject({
  ...target,
  /** Show secret values instead of `[secret]`. @default false */
  showSecrets: z.boolean().optional(),
});

export type OutputsArgs = z.input<typeof outputsArgs>;

export const logsArgs = z.strictObject({
  ...target,
  /** One service, `postgres` or `redis`. @default all of them */
  service: serviceName.optional(),
  /** Stay, and show new lines as they come. @default false */
  follow: z.boolean().optional(),
  /** Not older than: a duration (`90s`, `10m`, `2h`, `1d`) or a time in ISO 8601. @default everything */
  since: moment.optional(),
  /** Only the last lines of each container. @default all */
  tail: z.int().min(0).max(1_000_000).optional(),
});

export type LogsArgs = z.input<typeof logsArgs>;

export const historyArgs = z.strictObject({
  ...target,
  /** How many, newest first. @default 20 */
  limit: z.int().min(1).max(10_000).optional(),
});

export type HistoryArgs = z.input<typeof historyArgs>;

export const showArgs = z.strictObject({
  ...target,
  /** Number of the release. @default the newest */
  release: z.int().min(1).optional(),
});

export type ShowArgs = z.input<typeof showArgs>;

export const diffArgs = z.strictObject({
  ...target,
  /** Number of the release that is compared. */
  from: z.int().min(1),
  /** Number of the release that it is compared with. @default the one that runs */
  to: z.int().min(1).optional(),
});

export type DiffArgs = z.input<typeof diffArgs>;

export const doctorArgs = z.strictObject({
  /** Also looks into this stack: lock, pending operations, drift of the release store. */
  stack: stackName.optional(),
  cwd: z.string().min(1).optional(),
});

export type DoctorArgs = z.input<typeof doctorArgs>;
