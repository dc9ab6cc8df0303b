import type { BaseImageName } from "./catalog";
import { settleInPool } from "./pool";
import type { DoneCallback, ProvideOptions, StageResult } from "./provide";
import { pullImage } from "./registry";

const PARALLEL = 2;
const STALL_MILLISECONDS = 60_000;

/** Pulls images; once no registry answers, none is asked again. */
export async function pullImages(
  options: ProvideOptions,
  names: BaseImageName[],
  done: DoneCallback,
): Promise<StageResult> {
  const { docker, log, signal } = options;
  const result: StageResult = new Map();
  let silence: string | undefined;
  const pull = async (name: BaseImageName): Promise<void> => {
    if (silence !== undefined) {
      result.set(name, `not asked, for no registry answered before (${silence})`);
      return;
    }
    const began = Date.now();
    const failure = await pullImage(docker, name, {
      answerTimeout: options.registryTimeout,
      stallTimeout: STALL_MILLISECONDS,
      signal,
      log: (line) => {
        log.write(name, line);
      },
    });
    if (failure === undefined) {
      await done(name, began);
      return;
    }
    const unreachable = failure.kind === "unreachable";
    const problem = `${unreachable ? "no registry answers" : "the registry refuses"}: ${failure.reason}`;
    result.set(name, problem);
    if (unreachable) silence = failure.reason;
    log.report(name, problem);
  };
  // The first one alone: it tells whether there is any use in asking for the others.
  const [first, ...others] = names;
  if (first !== undefined) await pull(first);
  await settleInPool(others, PARALLEL, pull);
  return result;
}
