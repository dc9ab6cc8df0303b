import type { z } from "zod";

import type { Control, Operation } from "../control";
import type * as results from "../results";
import {
  previewArgs,
  upArgs,
  rollbackArgs,
  promoteArgs,
  destroyArgs,
  refreshArgs,
  verifyArgs,
} from "./updates";
import { planArgs, offlinePlanArgs, pruneArgs, bootstrapArgs } from "./planning";
import {
  statusArgs,
  outputsArgs,
  logsArgs,
  historyArgs,
  showArgs,
  diffArgs,
  doctorArgs,
} from "./looking";
import {
  freezeArgs,
  unfreezeArgs,
  featureArgs,
  stopArgs,
  startArgs,
  readOnlyArgs,
  backupArgs,
  restoreArgs,
  approveArgs,
  cancelArgs,
} from "./switches";

/**
 * The one contract of the SDK, the CLI and the HTTP service: what every operation takes and gives.
 * Arguments are plain data, so that a command line or a request body parses into them; what only a
 * program can pass (a signal, a listener) is a {@link Control}.
 */

export type * from "../results";
export type { Control, Operation } from "../control";
export * from "./updates";
export * from "./planning";
export * from "./looking";
export * from "./switches";

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
