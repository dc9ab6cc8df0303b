import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { DockerError, foundNotRunning, sleep } from "./client";
import { crashOf, lastLines, stateOfContainer } from "./containers";
import { quotedLines } from "../../dynamic/text";
import { changedInputs, verdict } from "../../dynamic/diff";
import { checked, checkInputs, parsedInputs } from "../../dynamic/inputs";
import { run } from "./exec";
import type { ReadyInputs, ReadyOutputs } from "./types";
import { readySchema } from "./validate";

const KEYS = ["container", "command"];
const ATTEMPT_MS = 10_000;

/** Waits until a command succeeds in a container. */
export const ready = {
  check(_olds, news) {
    return Promise.resolve(checked(news, checkInputs(readySchema, news)));
  },

  diff(_id, olds, news) {
    return Promise.resolve(verdict(changedInputs(olds, news, KEYS)));
  },

  async create(props) {
    const inputs = parsedInputs(readySchema, props);
    await succeeded(inputs);
    return { id: `ready-${inputs.container.slice(0, 12)}`, outs: inputs };
  },

  async update(_id, _olds, news) {
    const inputs = parsedInputs(readySchema, news);
    await succeeded(inputs);
    return { outs: inputs };
  },

  read(id, props) {
    return Promise.resolve({ id, props });
  },

  delete() {
    return Promise.resolve();
  },
} satisfies ResourceProvider<ReadyInputs, ReadyOutputs>;

async function succeeded(inputs: ReadyInputs): Promise<void> {
  const { container, command, deadlineSeconds = 60, intervalMs = 250 } = inputs;
  const deadline = Date.now() + deadlineSeconds * 1000;
  let restarts: number | undefined;
  for (;;) {
    const state = await stateOfContainer(container);
    const crash = crashOf(container, state, restarts);
    restarts ??= state?.restarts;
    if (crash !== undefined) {
      const log = state === undefined ? "" : await lastLines(container, state.redact);
      throw new Error(`not ready: ${crash}${quotedLines("its last lines", log)}`);
    }
    const answer = await attempt(container, command);
    if (answer.ready) return;
    if (Date.now() + intervalMs >= deadline) {
      const said = state?.redact(answer.said).slice(-1000) ?? "";
      throw new Error(
        `not ready: ${command[0] ?? ""} did not succeed in container "${container}" within ${deadlineSeconds} s${quotedLines("it said last", said)}`,
      );
    }
    await sleep(intervalMs);
  }
}

async function attempt(
  container: string,
  command: string[],
): Promise<{ ready: boolean; said: string }> {
  try {
    const { exitCode, output, errorOutput } = await run(container, command, ATTEMPT_MS);
    return { ready: exitCode === 0, said: `${output}${errorOutput}`.trim() };
  } catch (error) {
    // The container may be ending just now: the next look at its state tells.
    if (error instanceof DockerError && !foundNotRunning(error)) throw error;
    return { ready: false, said: error instanceof Error ? error.message : String(error) };
  }
}
