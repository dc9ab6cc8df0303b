import { configProblems, unknownKeys } from "../config";
import type { StackState } from "../engine/state";
import { ConfigError, StackNotFoundError } from "../errors";
import { readIntended } from "../intended";
import { readConfigFile, trackedConfigFileOf } from "../project";
import { recover } from "../recovery";
import { settleInterrupted } from "../update/settle";
import { secretTexts } from "../secretValues";
import type { RecoveryAction } from "../results";
import { reading, waitForLock, withKnownStacks } from "../session";
import type { Session } from "../session";
import type { ConfigValue } from "../workspace";
import { together } from "../together";

/** Teaches the redactor what must not be shown of a state and a config. */
export function learnSecrets({ context }: Session, state: StackState, config: Config = {}): void {
  const values = Object.values(config);
  const plain = values.flatMap(({ secret, value }) =>
    secret || value === undefined ? [] : [value],
  );
  const secrets = values.flatMap(({ secret, value, objectValue }) =>
    secret ? [objectValue ?? value] : [],
  );
  const publicTexts = new Set([...state.publicTexts, ...plain]);
  context.redactor.add(secretTexts([...state.secrets, ...secrets], publicTexts));
}

type Config = Record<string, ConfigValue>;

/**
 * The config in a file that is not the stack's own, such as a release's copy, secrets decrypted: the redactor knows
 * them from here on, which may be in no state and no config any more.
 */
export async function otherConfig(
  session: Session,
  file: string,
  state: StackState = emptyState,
): Promise<Config> {
  const config = await reading(session, () => session.workspace.config(file));
  learnSecrets(session, state, config);
  return config;
}

/** What an update starts from. */
export interface Prepared {
  /** The state before it, secrets decrypted. */
  state: StackState;
  config: Config;
  recovered: RecoveryAction[];
}

export interface PrepareOptions {
  waitSeconds: number;
  /** Make the stack when it has a config file but is not in the backend yet. */
  create: boolean;
  /** Config file to take instead of the stack's own. */
  configFile?: string;
  /** Leave the state as it is: for what only looks. */
  readOnly: boolean;
  /** Check the config against the project's declaration. */
  checkConfig: boolean;
  /** What this operation has read a moment ago: each reading is a start of the engine. It is read anew after a wait. */
  known?: Partial<Pick<Prepared, "state" | "config">>;
}

export const emptyState: StackState = {
  resources: [],
  pending: [],
  outputs: {},
  secrets: [],
  publicTexts: new Set(),
};

/** Reads state and config, teaches the redactor their secrets, checks the config, mends what a killed update left. */
export async function prepare(session: Session, options: PrepareOptions): Promise<Prepared> {
  const { context } = session;
  const { state, config } = await context.phase("prepare", async () => {
    const deadline = context.clock.now() + options.waitSeconds * 1000;
    const waited = await waitForLock(session, deadline, options.waitSeconds);
    if (options.checkConfig) await checkConfig(session, options.configFile);
    const { known, ...rest } = options;
    return readStack(session, waited || known === undefined ? rest : { ...rest, known });
  });
  return { state, config, recovered: options.readOnly ? [] : await mend(session, state) };
}

/** Mends what a killed update left, and gives interrupted releases what they came to. */
export async function mend(session: Session, state: StackState): Promise<RecoveryAction[]> {
  const mended =
    state.pending.length === 0
      ? []
      : await session.context.phase("recover", () => recover(session, state));
  return [...mended, ...(await settleInterrupted(session, readIntended(state.outputs)))];
}

/** State and config of a stack, with the redactor knowing their secrets from here on. */
export async function readStack(
  session: Session,
  options: Pick<PrepareOptions, "create" | "configFile" | "known">,
): Promise<Pick<Prepared, "state" | "config">> {
  const { workspace } = session;
  const { known = {} } = options;
  const read = (): Promise<[StackState, Config]> =>
    together([
      known.state ?? reading(session, () => workspace.state()),
      known.config ?? readConfig(session, options),
    ]);
  const [state, config] = await read().catch(
    async (error: unknown): Promise<[StackState, Config]> => {
      if (!(error instanceof StackNotFoundError) || !options.create) throw error;
      await createStack(session, error);
      return [emptyState, await readConfig(session, options)];
    },
  );
  learnSecrets(session, state, config);
  return { state, config };
}

/** A config that breaks the project's rules is no reason not to look at the stack, or not to destroy it. */
async function readConfig(
  session: Session,
  { configFile }: Pick<PrepareOptions, "configFile">,
): Promise<Config> {
  try {
    return await reading(session, () => session.workspace.config(configFile));
  } catch (error) {
    if (error instanceof ConfigError) return {};
    throw error;
  }
}

/** A stack without a config file is more likely a misspelt name than a new one. */
async function createStack(session: Session, error: StackNotFoundError): Promise<void> {
  const configured = await readConfigFile(session.project, session.stack);
  if (configured === undefined) throw await withKnownStacks(session, error);
  await reading(session, () => session.workspace.create());
}

async function checkConfig(session: Session, configFile: string | undefined): Promise<void> {
  const { context, project, workspace } = session;
  const config = await workspace.writtenConfig(configFile).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    const path = configFile ?? trackedConfigFileOf(project, session.stack);
    throw new ConfigError([{ path, message: `cannot be read: ${why}` }], { cause: error });
  });
  // Without a file it may be the stack that is misspelt: whether there is one is found out first.
  if (config === undefined) return;
  const problems = configProblems(project.configSchema, config);
  const unknown = unknownKeys(project.name, project.configSchema, config);
  if (problems.length > 0) throw new ConfigError([...problems, ...unknown]);
  for (const { path, message } of unknown) {
    context.emit({
      kind: "diagnostic",
      severity: "warning",
      ephemeral: false,
      message: `${path} ${message}`,
    });
  }
}
