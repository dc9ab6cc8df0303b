import { z } from "zod";

import {
  stackName,
  serviceName,
  seconds,
  target,
  update,
  verifyTimeout,
  allowDataLoss,
  overrideFreeze,
} from "./common";

export const previewArgs = z.strictObject({
  ...update,
  /** Compare with what is really there, not only with the state. @default false */
  refresh: z.boolean().optional(),
  /** File to save the plan to, for `up` to carry out exactly that. It is replaced where it is there. */
  save: z.string().min(1).optional(),
});

export type PreviewArgs = z.input<typeof previewArgs>;

export const upArgs = z.strictObject({
  ...update,
  /** Compare with what is really there, not only with the state. @default false */
  refresh: z.boolean().optional(),
  /** Build images again though nothing of them has changed: all of them, or those of some services. @default false */
  rebuild: z.union([z.boolean(), z.array(serviceName).min(1)]).optional(),
  /** Kept in the release record and in the engine's history. */
  message: z.string().max(1000).optional(),
  verifyTimeout,
  allowDataLoss,
  overrideFreeze,
  /** File of a plan that `preview` has saved: nothing but what it lists is done. */
  plan: z.string().min(1).optional(),
  /** Seconds after which a saved plan is too old. @default any age will do */
  planMaxAge: seconds(31_536_000).optional(),
  /** Leave an update that failed as it is; else the last good release is put back. @default false */
  keepFailed: z.boolean().optional(),
  /** Share of the probe requests that may fail while the update is under way, 0-1; more fail it. @default none */
  failureBudget: z.number().min(0).max(1).optional(),
});

export type UpArgs = z.input<typeof upArgs>;

export const rollbackArgs = z
  .strictObject({
    ...update,
    /** Number of the release to go back to. @default the one before the release that is running */
    to: z.int().min(1).optional(),
    /** How many good releases to go back. @default 1 */
    steps: z.int().min(1).max(1000).optional(),
    /** Only show the difference. @default false */
    dryRun: z.boolean().optional(),
    message: z.string().max(1000).optional(),
    verifyTimeout,
    /** Undo the migrations that the release's code does not work with. @default false: refused */
    migrateDown: z.boolean().optional(),
    /** Put the backup back that was taken before them, where they cannot be undone; with `allowDataLoss`. @default false: refused */
    restoreBackup: z.boolean().optional(),
    allowDataLoss,
    overrideFreeze,
  })
  .refine((args) => args.to === undefined || args.steps === undefined, {
    message: "takes `to` or `steps`, not both",
    path: ["to"],
  });

export type RollbackArgs = z.input<typeof rollbackArgs>;

export const promoteArgs = z
  .strictObject({
    ...update,
    /** Name of the stack whose release is deployed. */
    from: stackName,
    /** Number of its release. @default the one that runs there */
    release: z.int().min(1).optional(),
    /** Only show the difference and what would change. @default false */
    dryRun: z.boolean().optional(),
    /** Promote though the working tree's program is not the one that the release was verified with. @default false */
    allowOtherProgram: z.boolean().optional(),
    message: z.string().max(1000).optional(),
    verifyTimeout,
    allowDataLoss,
    overrideFreeze,
    /** Leave a promotion that failed as it is, instead of putting the last good release back. @default false */
    keepFailed: z.boolean().optional(),
    /** Share of the probe requests that may fail while the update is under way, 0-1; more fail it. @default none */
    failureBudget: z.number().min(0).max(1).optional(),
  })
  .refine((args) => args.from !== args.stack, {
    message: "must be another stack than the one that is promoted to",
    path: ["from"],
  });

export type PromoteArgs = z.input<typeof promoteArgs>;

export const destroyArgs = z.strictObject({
  ...update,
  /** Only show what would be deleted. @default false */
  dryRun: z.boolean().optional(),
  /** Delete protected resources too: the database's volume, and with it all data of the stack. @default false */
  includeProtected: z.boolean().optional(),
  allowDataLoss,
  /** Remove the emptied stack, its history and its releases as well; its config file stays. @default false */
  remove: z.boolean().optional(),
  overrideFreeze,
});

export type DestroyArgs = z.input<typeof destroyArgs>;

export const refreshArgs = z.strictObject({
  ...update,
  /** Only show what differs. @default false */
  dryRun: z.boolean().optional(),
});

export type RefreshArgs = z.input<typeof refreshArgs>;

export const verifyArgs = z.strictObject({ ...target, verifyTimeout });

export type VerifyArgs = z.input<typeof verifyArgs>;
