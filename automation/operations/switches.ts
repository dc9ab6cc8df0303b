import { z } from "zod";

import {
  serviceName,
  seconds,
  moment,
  target,
  allowDataLoss,
  overrideFreeze,
  switching,
} from "./common";

export const freezeArgs = z.strictObject({
  ...target,
  /** Why nothing may be deployed: everyone who tries is told. */
  reason: z.string().trim().min(1).max(1000),
  /** When it ends by itself: a duration from now or a time in ISO 8601. @default when `unfreeze` lifts it */
  until: moment.optional(),
});

export type FreezeArgs = z.input<typeof freezeArgs>;

export const unfreezeArgs = z.strictObject({ ...target });

export type UnfreezeArgs = z.input<typeof unfreezeArgs>;

export const featureArgs = z
  .strictObject({
    ...switching,
    /** Where to set the switch; `list` only shows all of them. */
    set: z.enum(["on", "off", "list"]),
    /** Name of the feature: lower-case letters, digits and dashes. */
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, "must be a feature's name, such as new-checkout")
      .optional(),
  })
  .refine(({ set, name }) => set === "list" || name !== undefined, {
    message: "is missing: which feature?",
    path: ["name"],
  });

export type FeatureArgs = z.input<typeof featureArgs>;

export const stopArgs = z.strictObject({
  ...switching,
  /** One service. @default all of them; databases and caches go on */
  service: serviceName.optional(),
});

export type StopArgs = z.input<typeof stopArgs>;

export const startArgs = z.strictObject({
  ...switching,
  /** One service. @default all that are stopped */
  service: serviceName.optional(),
});

export type StartArgs = z.input<typeof startArgs>;

export const readOnlyArgs = z.strictObject({
  ...target,
  set: z.enum(["on", "off"]),
  /** Name of the database's component. @default the only one */
  database: serviceName.optional(),
  message: z.string().max(1000).optional(),
});

export type ReadOnlyArgs = z.input<typeof readOnlyArgs>;

export const backupArgs = z.strictObject({
  ...target,
  /** Name of the database's component. @default the only one */
  database: serviceName.optional(),
  /** Only list those that are there. @default false */
  list: z.boolean().optional(),
  /** Seconds to wait for a lock that an update holds; 0 fails at once. @default 0 */
  wait: seconds(86_400).optional(),
});

export type BackupArgs = z.input<typeof backupArgs>;

export const restoreArgs = z.strictObject({
  ...target,
  /** Id of the backup, as `backup` lists it. */
  backup: z
    .string()
    .regex(/^[A-Za-z][\w:-]{0,254}$/, "must be a backup's id: letters, digits, '_', ':' and '-'"),
  /** Name of the database's component. @default the only one */
  database: serviceName.optional(),
  /** Has to name the database: what was written since the backup was taken is out of reach then. @default none */
  allowDataLoss,
  overrideFreeze,
  /** Seconds to wait for a lock that an update holds; 0 fails at once. @default 0 */
  wait: seconds(86_400).optional(),
});

export type RestoreArgs = z.input<typeof restoreArgs>;

export const approveArgs = z.strictObject({
  ...target,
  /** Number of the release that waits. @default the one that does */
  release: z.int().min(1).optional(),
  /** Service whose gate waits. @default any */
  service: serviceName.optional(),
  /** Name of the gate that waits. @default any */
  gate: z.string().min(1).max(60).optional(),
  /** Say no: the release is rolled back. @default false */
  reject: z.boolean().optional(),
  /** Kept with the gate's evidence in the release record. */
  reason: z.string().max(1000).optional(),
});

export type ApproveArgs = z.input<typeof approveArgs>;

export const cancelArgs = z.strictObject({ ...target });

export type CancelArgs = z.input<typeof cancelArgs>;
