import { askOrMissing, docker } from "./client";
import { envRecord, redactorOf } from "../../dynamic/redact";
import type { Redact } from "../../dynamic/redact";

const LOG_LINES = 20;
const LONGEST_LOG = 8_000;

export interface ContainerState {
  running: boolean;
  restarting: boolean;
  exitCode: number;
  /** Times that Docker has started it again. */
  restarts: number;
  outOfMemory: boolean;
  redact: Redact;
}

/**
 * How a container is doing; undefined where there is none.
 * @param secretEnv Names of variables that are secret, whatever they look like.
 */
export async function stateOfContainer(
  name: string,
  secretEnv: readonly string[] = [],
): Promise<ContainerState | undefined> {
  const info = await askOrMissing(`inspect container "${name}"`, () =>
    docker().getContainer(name).inspect(),
  );
  if (info === undefined) return undefined;
  const { State: state, RestartCount: restarts, Config: config } = info;
  return {
    running: state.Running && !state.Restarting,
    restarting: state.Restarting,
    exitCode: state.ExitCode,
    restarts,
    outOfMemory: state.OOMKilled,
    redact: redactorOf(envRecord(config.Env), secretEnv),
  };
}

/**
 * Why a container cannot become ready any more; undefined while it still may.
 * @param earlierRestarts How often it had been started again when the waiting began: those are not this revision's fault.
 */
export function crashOf(
  name: string,
  state: ContainerState | undefined,
  earlierRestarts = state?.restarts,
): string | undefined {
  if (state === undefined) return `container "${name}" does not exist`;
  if (state.running && state.restarts === earlierRestarts) return undefined;
  const how = state.outOfMemory ? "ran out of memory" : `exited with code ${state.exitCode}`;
  if (state.restarting || state.running) {
    return `container "${name}" ${how} and is being restarted (${state.restarts} times so far)`;
  }
  return `container "${name}" ${how}`;
}

/** The last lines that a container printed, without the secrets of its environment. */
export async function lastLines(name: string, redact: Redact, lines = LOG_LINES): Promise<string> {
  const raw = await askOrMissing(`read the log of container "${name}"`, () =>
    docker().getContainer(name).logs({ stdout: true, stderr: true, follow: false, tail: lines }),
  );
  return redact(plain(raw ?? Buffer.alloc(0)).trimEnd()).slice(-LONGEST_LOG);
}

/** Removes a container, whatever it does; one that is gone already is fine. */
export async function removeContainer(name: string): Promise<void> {
  await askOrMissing(`remove container "${name}"`, () =>
    docker().getContainer(name).remove({ force: true, v: true }),
  );
}

// Without a terminal, Docker frames what it hands over: 1 byte stream, 3 bytes nothing, 4 bytes length.
function plain(raw: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= raw.length;) {
    const length = raw.readUInt32BE(at + 4);
    parts.push(raw.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(parts).toString("utf8");
}
