import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import type { ContainerCreateOptions } from "dockerode";
import { ask, askOrMissing, docker, DockerError, sleep, within } from "./client";
import { lastLines, removeContainer, stateOfContainer } from "./containers";
import { quotedLines } from "../../dynamic/text";
import { changedInputs, verdict } from "../../dynamic/diff";
import { checked, checkInputs, parsedInputs } from "../../dynamic/inputs";
import { redactorOf } from "../../dynamic/redact";
import { locked } from "./schema/lock";
import { prepareSchema } from "./schema/prepare";
import type { TaskInputs, TaskOutputs } from "./types";
import { taskSchema } from "./validate";

const LABEL = "landfall.task";
const KEPT_LINES = 60;
const CREATE_ATTEMPTS = 3;
const MIB = 1024 * 1024;
/** A change of anything else is noted, and counts for the next run. */
const RUNS_AGAIN = ["name", "image", "command", "env", "revision"];

/** A container that runs once, to its end. */
export const task = {
  check(_olds, news) {
    return Promise.resolve(checked(news, checkInputs(taskSchema, news)));
  },

  diff(_id, olds, news) {
    return Promise.resolve(verdict(changedInputs(olds, news, Object.keys(taskSchema.shape))));
  },

  async create(props) {
    const inputs = inputsOf(props);
    return { id: inputs.name, outs: await done(inputs) };
  },

  async update(_id, olds, news) {
    const inputs = inputsOf(news);
    if (changedInputs(olds, news, RUNS_AGAIN).length > 0) return { outs: await done(inputs) };
    const { exitCode, output, backup } = olds;
    return { outs: { ...inputs, exitCode, output, ...(backup ? { backup } : {}) } };
  },

  read(id, props) {
    return Promise.resolve({ id, props });
  },

  async delete(_id, props) {
    if (await isOurs(props.name)) await removeContainer(props.name);
  },
} satisfies ResourceProvider<TaskInputs, TaskOutputs>;

function inputsOf(props: object): TaskInputs {
  return parsedInputs(taskSchema, props);
}

async function done(inputs: TaskInputs): Promise<TaskOutputs> {
  const { schema, timeoutSeconds = 300 } = inputs;
  const deadline = Date.now() + timeoutSeconds * 1000;
  await clearLeftover(inputs, deadline);
  if (schema === undefined) return ran(inputs, deadline);
  return locked(schema, deadline - Date.now(), async () => {
    const { nothing, backup } = await prepareSchema(schema, deadline - Date.now());
    if (nothing !== undefined) return { ...inputs, exitCode: 0, output: nothing };
    const outs = await ran(inputs, deadline);
    return backup === undefined ? outs : { ...outs, backup };
  });
}

async function ran(inputs: TaskInputs, deadline: number): Promise<TaskOutputs> {
  const { name, timeoutSeconds = 300 } = inputs;
  const redact = redactorOf(inputs.env ?? {}, inputs.secretEnv);
  const container = await create(inputs);
  try {
    await ask(`start task "${name}"`, () => container.start());
    const exitCode = await ended(inputs, deadline);
    const output = await lastLines(container.id, redact, KEPT_LINES);
    if (exitCode === undefined) {
      throw new Error(
        `task "${name}" did not end within ${timeoutSeconds} s and was killed${quotedLines("its last lines", output)}`,
      );
    }
    if (exitCode === 0) return { ...inputs, exitCode, output };
    const memory = (await stateOfContainer(container.id))?.outOfMemory === true;
    throw new Error(
      `task "${name}" failed with exit code ${exitCode}${memory ? " (out of memory)" : ""}${quotedLines("its last lines", output)}`,
    );
  } finally {
    await removeContainer(container.id);
  }
}

// A run that was killed half-way leaves its container, maybe still at work: two must never work at once, and what
// it does (a migration) must not be cut off, so it may end by itself within this run's time.
async function clearLeftover(inputs: TaskInputs, deadline: number): Promise<void> {
  const { name } = inputs;
  if (!(await isOurs(name))) return;
  while ((await stateOfContainer(name))?.running === true && Date.now() < deadline) {
    await sleep(250);
  }
  await removeContainer(name);
}

/** Whether there is a container of that name; one that is not a task's is never touched. */
async function isOurs(name: string): Promise<boolean> {
  const info = await askOrMissing(`inspect container "${name}"`, () =>
    docker().getContainer(name).inspect(),
  );
  if (info === undefined) return false;
  if (info.Config.Labels[LABEL] === name) return true;
  throw new Error(
    `task "${name}" cannot run: a container of that name exists that is not a task of Landfall: remove or rename it`,
  );
}

// The name is the lock: the daemon refuses a second container of one name.
async function create(inputs: TaskInputs, attempt = 1): ReturnType<typeof createOnce> {
  try {
    return await createOnce(inputs);
  } catch (error) {
    const taken = error instanceof DockerError && error.status === 409;
    if (!taken || attempt >= CREATE_ATTEMPTS) throw error;
    await clearLeftover(inputs, Date.now() + (inputs.timeoutSeconds ?? 300) * 1000);
    return create(inputs, attempt + 1);
  }
}

async function createOnce(inputs: TaskInputs) {
  const [first, ...others] = inputs.networks ?? [];
  const container = await ask(`create task "${inputs.name}" of image ${inputs.image}`, () =>
    docker().createContainer(specOf(inputs, first)),
  );
  try {
    for (const network of others) {
      await ask(`attach task "${inputs.name}" to network "${network}"`, () =>
        docker().getNetwork(network).connect({ Container: container.id }),
      );
    }
    return container;
  } catch (error) {
    await removeContainer(container.id);
    throw error;
  }
}

function specOf(inputs: TaskInputs, network: string | undefined): ContainerCreateOptions {
  const { memoryMb } = inputs;
  const memory =
    memoryMb === undefined ? {} : { Memory: memoryMb * MIB, MemorySwap: memoryMb * MIB };
  return {
    name: inputs.name,
    Image: inputs.image,
    ...(inputs.command === undefined ? {} : { Cmd: inputs.command }),
    Env: Object.entries(inputs.env ?? {}).map(([name, value]) => `${name}=${value}`),
    Labels: { ...inputs.labels, [LABEL]: inputs.name },
    HostConfig: {
      ...memory,
      Init: true,
      ExtraHosts: inputs.hosts ?? [],
      SecurityOpt: ["no-new-privileges:true"],
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "1" } },
      ...(network === undefined ? {} : { NetworkMode: network }),
    },
  };
}

/** The exit code; undefined when the time is over. */
async function ended(inputs: TaskInputs, deadline: number): Promise<number | undefined> {
  for (;;) {
    const state = await stateOfContainer(inputs.name);
    if (state === undefined) throw new Error(`task "${inputs.name}" was removed while it ran`);
    if (!state.running) return state.exitCode;
    const left = deadline - Date.now();
    if (left <= 0) return undefined;
    await waitForExit(inputs.name, Math.min(left, 5_000));
  }
}

// Woken by the daemon, and looking by itself from time to time in case its answer got lost.
async function waitForExit(name: string, timeoutMs: number): Promise<void> {
  const abort = new AbortController();
  const wait = docker().getContainer(name).wait({ abortSignal: abort.signal });
  try {
    await within(timeoutMs, wait);
  } catch {
    abort.abort();
    wait.catch(() => undefined);
  }
}
