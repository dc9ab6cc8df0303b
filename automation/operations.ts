import { z } from "zod";

import type { Control, Operation } from "./control";
import type * as results from "./results";

export type * from "./results";
export type { Control, Operation } from "./control";

/**
 * The one contract of the SDK, the CLI and the HTTP service: what every operation takes and gives.
 * Arguments are plain data, so that a command line or a request body parses into them; what only a
 * program can pass (a signal, a listener) is a {@link Control}.
 */

const stackName = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.-]{0,99}(\/[A-Za-z0-9][\w.-]{0,99}){0,2}$/,
    "must be a stack name: letters, digits, '.', '_' and '-', with an optional 'organization/project/' before it",
  );

const serviceName = z
  .string()
  .regex(
    /^[A-Za-z][\w-]{0,62}$/,
    "must be a service name: a letter, then letters, digits, '_' or '-'",
  );

const seconds = (most: number): z.ZodNumber => z.number().min(0).max(most);

/** A duration (`90s`, `10m`, `2h`, `1d`), or a time in ISO 8601. */
const moment = z
  .string()
  .refine((text) => /^\d+(\.\d+)?(s|m|h|d)$/.test(text) || !Number.isNaN(Date.parse(text)), {
    message: "must be a duration such as 90s, 10m, 2h or 1d, or a time in ISO 8601",
  });

const target = {
  /** Name of the stack, `dev` for example; with the Pulumi service also `organization/project/stack`. */
  stack: stackName,
  /** Folder of the Pulumi project. @default the deployer's projectDir */
  cwd: z.string().min(1).optional(),
};

const update = {
  ...target,
  /** How many resources the engine works on at once. @default the engine's own: four per CPU */
  parallel: z.int().min(1).max(1024).optional(),
  /** Seconds to wait for a lock that another update holds; 0 fails at once. @default 0 */
  wait: seconds(86_400).optional(),
};

/** Seconds for which the verdict's observation and probes are tried again. @default 15 */
const verifyTimeout = seconds(3600).optional();

/** Names of resources or components whose data an update or a destroy may lose. @default none */
const allowDataLoss = z.array(z.string().min(1).max(200)).max(1000).optional();

/** Deploys in spite of a freeze, for this reason; kept in the release record. */
const overrideFreeze = z.string().trim().min(1).max(1000).optional();

export const previewArgs = z.strictObject({
  ...update,
  /** Compare with what is really there, not only with the state. @default false */
  refresh: z.boolean().optional(),
  /** File to save the plan to, for `up` to carry out exactly that. It is replaced where it is there. */
  save: z.string().min(1).optional(),
});

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

export const pruneArgs = z.strictObject({
  ...target,
  /** How many good releases keep their images. @default config `keepReleases`, else 10 */
  keep: z.int().min(1).max(10_000).optional(),
  /** Seconds to wait for a lock that an update holds; 0 fails at once. @default 0 */
  wait: seconds(86_400).optional(),
  /** Only tell what would go. @default false */
  dryRun: z.boolean().optional(),
});

export const planArgs = z.strictObject({ ...target });

export const offlinePlanArgs = z.strictObject({
  ...target,
  /** File to save the resources to, for a later `diff`. It is replaced where it is there. */
  save: z.string().min(1).optional(),
  /** File that an earlier one has saved: what differs from it is told. */
  diff: z.string().min(1).optional(),
  /** File for a picture of the architecture. It is replaced where it is there. */
  svg: z.string().min(1).optional(),
});

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

export const refreshArgs = z.strictObject({
  ...update,
  /** Only show what differs. @default false */
  dryRun: z.boolean().optional(),
});

export const verifyArgs = z.strictObject({ ...target, verifyTimeout });

export const statusArgs = z.strictObject({ ...target });

export const outputsArgs = z.strictObject({
  ...target,
  /** Show secret values instead of `[secret]`. @default false */
  showSecrets: z.boolean().optional(),
});

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

export const historyArgs = z.strictObject({
  ...target,
  /** How many, newest first. @default 20 */
  limit: z.int().min(1).max(10_000).optional(),
});

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

export const showArgs = z.strictObject({
  ...target,
  /** Number of the release. @default the newest */
  release: z.int().min(1).optional(),
});

export const diffArgs = z.strictObject({
  ...target,
  /** Number of the release that is compared. */
  from: z.int().min(1),
  /** Number of the release that it is compared with. @default the one that runs */
  to: z.int().min(1).optional(),
});

export const cancelArgs = z.strictObject({ ...target });

export const freezeArgs = z.strictObject({
  ...target,
  /** Why nothing may be deployed: everyone who tries is told. */
  reason: z.string().trim().min(1).max(1000),
  /** When it ends by itself: a duration from now or a time in ISO 8601. @default when `unfreeze` lifts it */
  until: moment.optional(),
});

export const unfreezeArgs = z.strictObject({ ...target });

const switching = {
  ...update,
  message: z.string().max(1000).optional(),
  verifyTimeout,
  overrideFreeze,
};

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

export const stopArgs = z.strictObject({
  ...switching,
  /** One service. @default all of them; databases and caches go on */
  service: serviceName.optional(),
});

export const startArgs = z.strictObject({
  ...switching,
  /** One service. @default all that are stopped */
  service: serviceName.optional(),
});

export const readOnlyArgs = z.strictObject({
  ...target,
  set: z.enum(["on", "off"]),
  /** Name of the database's component. @default the only one */
  database: serviceName.optional(),
  message: z.string().max(1000).optional(),
});

export const backupArgs = z.strictObject({
  ...target,
  /** Name of the database's component. @default the only one */
  database: serviceName.optional(),
  /** Only list those that are there. @default false */
  list: z.boolean().optional(),
  /** Seconds to wait for a lock that an update holds; 0 fails at once. @default 0 */
  wait: seconds(86_400).optional(),
});

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

export const doctorArgs = z.strictObject({
  /** Also looks into this stack: lock, pending operations, drift of the release store. */
  stack: stackName.optional(),
  cwd: z.string().min(1).optional(),
});

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

/** Every operation with the schema of its arguments and one line of help. */
export const operations = {
  preview: { args: previewArgs, summary: "Show what an update would change" },
  plan: { args: planArgs, summary: "Tell what needs a rebuild, a restart, or nothing" },
  offlinePlan: {
    args: offlinePlanArgs,
    summary: "List and draw the program's resources without engine and credentials",
  },
  up: { args: upArgs, summary: "Deploy the stack and tell what is really running" },
  rollback: { args: rollbackArgs, summary: "Deploy an earlier release's config and images again" },
  promote: {
    args: promoteArgs,
    summary: "Deploy another stack's verified release, image by image",
  },
  destroy: { args: destroyArgs, summary: "Delete the stack's resources" },
  refresh: { args: refreshArgs, summary: "Bring the state in line with what is really there" },
  verify: { args: verifyArgs, summary: "Compare what is running with what was deployed" },
  status: { args: statusArgs, summary: "Show services, replicas, health and the last release" },
  outputs: { args: outputsArgs, summary: "Show the stack's outputs" },
  logs: { args: logsArgs, summary: "Show the logs of the stack's containers" },
  history: { args: historyArgs, summary: "List releases, newest first" },
  freeze: { args: freezeArgs, summary: "Forbid deploys of the stack" },
  unfreeze: { args: unfreezeArgs, summary: "Allow deploys of a frozen stack again" },
  feature: { args: featureArgs, summary: "Switch a feature on or off, or list all of them" },
  stop: { args: stopArgs, summary: "Stop a service, or all of them" },
  start: { args: startArgs, summary: "Start what was stopped" },
  readOnly: { args: readOnlyArgs, summary: "Have the database refuse writes, or take them again" },
  backup: { args: backupArgs, summary: "Copy a whole database, or list the copies" },
  restore: { args: restoreArgs, summary: "Put a copy of a database in its place" },
  approve: { args: approveArgs, summary: "Answer a manual gate that a deploy waits at" },
  show: { args: showArgs, summary: "Show everything about a release" },
  diff: { args: diffArgs, summary: "Show what differs between two releases" },
  prune: { args: pruneArgs, summary: "Remove images that no kept release needs" },
  cancel: { args: cancelArgs, summary: "Free the lock of an update that died or has to stop" },
  bootstrap: {
    args: bootstrapArgs,
    summary: "Make an account ready: bucket of states, key, deploy role of the pipeline",
  },
  doctor: { args: doctorArgs, summary: "Check this machine, the toolchain and a stack" },
} as const;

export type OperationName = keyof typeof operations;

export type PreviewArgs = z.input<typeof previewArgs>;
export type PlanArgs = z.input<typeof planArgs>;
export type OfflinePlanArgs = z.input<typeof offlinePlanArgs>;
export type UpArgs = z.input<typeof upArgs>;
export type RollbackArgs = z.input<typeof rollbackArgs>;
export type PromoteArgs = z.input<typeof promoteArgs>;
export type PruneArgs = z.input<typeof pruneArgs>;
export type DestroyArgs = z.input<typeof destroyArgs>;
export type RefreshArgs = z.input<typeof refreshArgs>;
export type VerifyArgs = z.input<typeof verifyArgs>;
export type StatusArgs = z.input<typeof statusArgs>;
export type OutputsArgs = z.input<typeof outputsArgs>;
export type LogsArgs = z.input<typeof logsArgs>;
export type HistoryArgs = z.input<typeof historyArgs>;
export type FreezeArgs = z.input<typeof freezeArgs>;
export type UnfreezeArgs = z.input<typeof unfreezeArgs>;
export type FeatureArgs = z.input<typeof featureArgs>;
export type StopArgs = z.input<typeof stopArgs>;
export type StartArgs = z.input<typeof startArgs>;
export type ReadOnlyArgs = z.input<typeof readOnlyArgs>;
export type BackupArgs = z.input<typeof backupArgs>;
export type RestoreArgs = z.input<typeof restoreArgs>;
export type ApproveArgs = z.input<typeof approveArgs>;
export type ShowArgs = z.input<typeof showArgs>;
export type DiffArgs = z.input<typeof diffArgs>;
export type CancelArgs = z.input<typeof cancelArgs>;
export type BootstrapArgs = z.input<typeof bootstrapArgs>;
export type DoctorArgs = z.input<typeof doctorArgs>;

/** Arguments of each operation by its name. */
export type ArgsOf<N extends OperationName> = z.input<(typeof operations)[N]["args"]>;

/** Result of each operation by its name. */
export interface Results {
  preview: results.PreviewResult;
  plan: results.PlanResult;
  offlinePlan: results.OfflinePlanResult;
  up: results.UpResult;
  rollback: results.RollbackResult;
  promote: results.PromoteResult;
  prune: results.PruneResult;
  destroy: results.DestroyResult;
  refresh: results.RefreshResult;
  verify: results.VerifyResult;
  status: results.StatusResult;
  outputs: results.OutputsResult;
  logs: results.LogsResult;
  history: results.HistoryResult;
  freeze: results.FreezeResult;
  unfreeze: results.UnfreezeResult;
  feature: results.FeatureResult;
  stop: results.StopResult;
  start: results.StartResult;
  readOnly: results.ReadOnlyResult;
  backup: results.BackupResult;
  restore: results.RestoreResult;
  approve: results.ApproveResult;
  show: results.ShowResult;
  diff: results.DiffResult;
  cancel: results.CancelResult;
  bootstrap: results.BootstrapResult;
  doctor: results.DoctorResult;
}

export type ResultOf<N extends OperationName> = Results[N];

/**
 * What the deployer implements, and what a CLI or HTTP service may be tested against.
 *
 * `up`, `rollback` and `promote` resolve with a verdict, `failed` included, once an update has begun: the result
 * then holds `error`, and `verdictExitCodes[result.verdict]` is its exit code. Everything else that goes wrong
 * rejects with a `LandfallError`: refused before anything began (arguments, config, lock, no such stack),
 * cancelled, or an operation without a verdict that failed.
 */
export type Operations = {
  [N in OperationName]: (args: ArgsOf<N>, control?: Control) => Operation<ResultOf<N>>;
};
