import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { changedInputs, verdict } from "../../dynamic/diff";
import { checked, checkInputs, parsedInputs } from "../../dynamic/inputs";
import { redactorOf } from "../../dynamic/redact";
import { quotedLines } from "../../dynamic/text";
import { cancellable } from "./cancellable";
import { endOf } from "./reasons";
import { ecsTaskSchema } from "./schemas";
import type { SnapshotTiming } from "./snapshot";
import { lastLines } from "./taskLog";
import type { Ended, RunTiming } from "./taskRun";
import { TaskRun } from "./taskRun";
import type { EcsTaskInputs, EcsTaskOutputs } from "./types";

type Timing = RunTiming & Pick<SnapshotTiming, "snapshotMs">;

const TIMING: Timing = {
  intervalMs: 2_000,
  missingMs: 30_000,
  retryMs: 5_000,
  snapshotMs: 2 * 3_600_000,
};

/** A change of anything else is noted, and counts for the next run. */
const RUNS_AGAIN = ["name", "cluster", "taskDefinition", "container", "revision", "nothing"];

/** A task that runs once, to its end. */
export function ecsTaskWith(timing: Timing) {
  return {
    check(_olds, news) {
      return Promise.resolve(checked(news, checkInputs(ecsTaskSchema, news)));
    },

    diff(_id, olds, news) {
      return Promise.resolve(verdict(changedInputs(olds, news, Object.keys(ecsTaskSchema.shape))));
    },

    async create(props) {
      const inputs = parsedInputs(ecsTaskSchema, props);
      return { id: inputs.name, outs: await done(inputs, undefined, timing) };
    },

    async update(_id, olds, news) {
      const inputs = parsedInputs(ecsTaskSchema, news);
      if (changedInputs(olds, news, RUNS_AGAIN).length > 0)
        return { outs: await done(inputs, parsedInputs(ecsTaskSchema, olds), timing) };
      const { exitCode, output, backup } = olds;
      return { outs: { ...inputs, exitCode, output, ...(backup ? { backup } : {}) } };
    },

    read(id, props) {
      return Promise.resolve({ id, props });
    },

    delete() {
      return Promise.resolve();
    },
  } satisfies ResourceProvider<EcsTaskInputs, EcsTaskOutputs>;
}

export const ecsTask = ecsTaskWith(TIMING);

async function done(
  inputs: EcsTaskInputs,
  before: EcsTaskInputs | undefined,
  timing: Timing,
): Promise<EcsTaskOutputs> {
  const { name, nothing, secrets = {}, timeoutSeconds } = inputs;
  if (nothing !== undefined) return { ...inputs, exitCode: 0, output: nothing };
  const { backup, ended } = await cancellable(async (signal) => ({
    backup: await copied(inputs, before, timing, signal),
    ended: await new TaskRun(inputs, timing, signal).toItsEnd(),
  }));
  const redact = redactorOf(secrets, Object.keys(secrets));
  const output = redact(await lastLines(inputs, ended.taskArn, timing.intervalMs));
  if (ended.exitCode === 0)
    return { ...inputs, exitCode: 0, output, ...(backup === undefined ? {} : { backup }) };
  throw new Error(
    `task "${name}" ${whatHappened(ended, timeoutSeconds)}${quotedLines("its last lines", output)}`,
  );
}

/** RDS's client is loaded only where it may be needed: every update starts a process with this module. */
async function copied(
  inputs: EcsTaskInputs,
  before: EcsTaskInputs | undefined,
  timing: Timing,
  signal: AbortSignal,
): Promise<EcsTaskOutputs["backup"]> {
  if (inputs.schema?.backups !== true) return undefined;
  const { snapshotBefore } = await import("./snapshot");
  return snapshotBefore(inputs, before, timing, signal);
}

function whatHappened({ cut, exitCode, task }: Ended, timeoutSeconds: number): string {
  if (cut === "deadline") return `did not end within ${timeoutSeconds} s and was stopped`;
  if (cut === "cancelled") return "was stopped, because the update was cancelled";
  const end = endOf(task);
  return exitCode === undefined
    ? `did not run: ${end}`
    : `failed with exit code ${exitCode}: ${end}`;
}
