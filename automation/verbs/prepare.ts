import { configProblems, unknownKeys } from "../config";
import type { StackState } from "../engine/state";
import { ConfigError, StackNotFoundError } from "../errors";
import { readConfigFile } from "../project";
import { recover } from "../recovery";
import type { RecoveryAction } from "../results";
import { reading, waitForLock, withKnownStacks } from "../session";
import type { Session } from "../session";
import type { ConfigValue } from "../workspace";

/** What an update starts from. */
export interface Prepared {
  /** The state before it, secrets decrypted. */
  state: StackState;
  config: Record<string, ConfigValue>;
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
}

const emptyState: StackState = { resources: [], pending: [], outputs: {}, secrets: [] };

/** Reads state and config, teaches the redactor their secrets, checks the config, mends what a killed update left. */
export async function prepare(session: Session, options: PrepareOptions): Promise<Prepared> {
  const { context } = session;
  const { state, config } = await context.phase("prepare", async () => {
    await waitForLock(
      session,
      context.clock.now() + options.waitSeconds * 1000,
      options.waitSeconds,
    );
    return readStack(session, options);
  });
  if (options.checkConfig) checkConfig(session, config);
  if (options.readOnly || state.pending.length === 0) return { state, config, recovered: [] };
  const recovered = await context.phase("recover", () => recover(session, state));
  return { state, config, recovered };
}

/** State and config of a stack, with the redactor knowing their secrets from here on. */
export async function readStack(
  session: Session,
  options: Pick<PrepareOptions, "create" | "configFile">,
): Promise<Pick<Prepared, "state" | "config">> {
  const { workspace, context } = session;
  const read = async (): Promise<[StackState, Record<string, ConfigValue>]> =>
    Promise.all([workspace.state(), workspace.config(options.configFile)]);
  const [state, config] = await reading(session, read).catch(async (error: unknown) => {
    if (!(error instanceof StackNotFoundError) || !options.create) throw error;
    await createStack(session, error);
    return [
      emptyState,
      await reading(session, () => workspace.config(options.configFile)),
    ] as const;
  });
  context.redactor.add(state.secrets);
  context.redactor.add(
    Object.values(config).flatMap(({ secret, value, objectValue }) =>
      secret ? [value, objectValue] : [],
    ),
  );
  return { state, config };
}

/** A stack without a config file is more likely a misspelt name than a new one. */
async function createStack(session: Session, error: StackNotFoundError): Promise<void> {
  const configured = await readConfigFile(session.project, session.stack);
  if (configured === undefined) throw await withKnownStacks(session, error);
  await reading(session, () => session.workspace.create());
}

function checkConfig({ context, project }: Session, config: Record<string, ConfigValue>): void {
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
