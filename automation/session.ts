import { backendOf, stackPath } from "./backend";
import type { Backend } from "./backend";
import { classify } from "./engine/classify";
import { EngineFailure } from "./engine/command";
import type { StackState } from "./engine/state";
import { EventTranslator } from "./engine/translate";
import type { EngineEvent } from "./engine/types";
import { LandfallError, StackNotFoundError } from "./errors";
import type { EventBody } from "./events";
import { BucketLocks, FileLocks, lockedBy } from "./locks";
import type { Locks } from "./locks";
import { nearest } from "./nearest";
import type { OperationContext } from "./operation";
import { shortStackName } from "./project";
import type { Project } from "./project";
import type { ReleaseStore } from "./release";
import { releaseStoreOf } from "./stores";
import { knownStacks } from "./stacks";
import { refreshWorkingConfig } from "./workingConfig";
import { StackWorkspace } from "./workspace";
import type { EngineSettings } from "./localWorkspace";

/** Everything that an operation on one stack works with. Nothing in it is shared with another operation. */
export interface Session {
  context: OperationContext;
  project: Project;
  stack: string;
  /** The stack's own name, without organization and project. */
  shortStack: string;
  backend: Backend;
  workspace: StackWorkspace;
  /** Undefined where the backend's locks cannot be read. */
  locks?: Locks;
  store: ReleaseStore;
  env: Readonly<Record<string, string>>;
}

/** Opens a stack, be it there or not. */
export async function openSession(
  context: OperationContext,
  project: Project,
  settings: EngineSettings,
  stack = context.stack,
): Promise<Session> {
  refreshWorkingConfig(project, stack);
  const backend = await backendOf(project, settings.env);
  const workspace = await StackWorkspace.open(project, stack, settings, backend);
  // A file that cannot be read is told of by whoever needs it.
  const config = (await workspace.writtenConfig().catch(() => undefined)) ?? {};
  return {
    context,
    project,
    stack,
    shortStack: shortStackName(stack),
    backend,
    workspace,
    ...locksOf(backend, stackPath(project, stack)),
    store: releaseStoreOf({ backend, project, stack, config, env: settings.env }),
    env: settings.env,
  };
}

function locksOf({ dir, bucket }: Backend, path: readonly string[]): Pick<Session, "locks"> {
  if (dir !== undefined) return { locks: new FileLocks(dir, path) };
  return bucket === undefined ? {} : { locks: new BucketLocks(bucket, path) };
}

/**
 * Runs something of the engine that only reads, and gives its failures their class.
 * @throws LandfallError
 */
export async function reading<T>(session: Session, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    const known = classify({
      failure: error,
      stack: session.stack,
      diagnostics: [],
      failures: [],
      policies: [],
    });
    throw known instanceof StackNotFoundError ? await withKnownStacks(session, known) : known;
  }
}

/** The state, or the error that keeps it from being read: for a diagnosis. */
export async function openableState(session: Session): Promise<StackState | LandfallError> {
  try {
    return await reading(session, () => session.workspace.state());
  } catch (error) {
    if (error instanceof LandfallError) return error;
    throw error;
  }
}

/** What a run of the engine came to. */
export interface EngineOutcome {
  translator: EventTranslator;
  error?: LandfallError;
}

/** Runs an update, a preview or the like: passes its events on, and waits for a lock as long as it may. */
export async function engineRun(
  session: Session,
  waitSeconds: number,
  start: (onEvent: (event: EngineEvent) => void) => Promise<void>,
  /** Is told every event as well. */
  tap: (body: EventBody) => void = () => undefined,
  /** Whether nobody else is. */
  quiet = false,
): Promise<EngineOutcome> {
  const { context, stack } = session;
  const deadline = context.clock.now() + waitSeconds * 1000;
  for (;;) {
    await waitForLock(session, deadline, waitSeconds);
    const translator = new EventTranslator(() => context.clock.now());
    try {
      await start((event) => {
        for (const body of translator.translate(event)) {
          tap(body);
          if (!quiet) context.emit(body);
        }
      });
      return { translator };
    } catch (error) {
      if (error instanceof LandfallError && error.code === "beyond_plan")
        return { translator, error };
      if (!(error instanceof EngineFailure)) throw error;
      const known = classify({ failure: error, stack, ...translatorFacts(translator) });
      await clearOwnLocks(session, error);
      // Somebody was quicker between our look and the engine's.
      if (known.code === "locked" && context.clock.now() < deadline) continue;
      return { translator, error: known };
    }
  }
}

/**
 * Waits until nobody holds the stack's lock. Locks of dead processes of this host are removed.
 * @returns whether somebody held it: what was read before is out of date then
 */
export async function waitForLock(
  { context, locks }: Session,
  deadline: number,
  waitSeconds: number,
): Promise<boolean> {
  if (locks === undefined) return false;
  let waited = false;
  for (;;) {
    context.check();
    const held = await locks.list();
    for (const lock of held.filter(({ stale }) => stale)) {
      await locks.clear(lock);
      context.emit({
        kind: "recovery",
        action: "lock-cleared",
        subject: lock.location ?? lock.owner,
        detail: `its process ${lock.pid ?? "unknown"} on this host is dead`,
      });
    }
    const [holder] = held.filter(({ stale }) => !stale);
    if (holder === undefined) {
      if (waited)
        context.emit({ kind: "lock", state: "acquired", holder: "", remainingSeconds: 0 });
      return waited;
    }
    const remaining = deadline - context.clock.now();
    if (remaining <= 0) throw lockedBy(holder, waitSeconds);
    if (!waited) {
      context.emit({
        kind: "lock",
        state: "waiting",
        holder: holder.pid === undefined ? holder.owner : `${holder.owner} (${holder.pid})`,
        ...(holder.since === undefined ? {} : { since: holder.since }),
        remainingSeconds: Math.ceil(remaining / 1000),
      });
    }
    waited = true;
    await context.clock.sleep(Math.min(500, remaining), context.signal);
  }
}

function translatorFacts({ diagnostics, failures, policies }: EventTranslator): {
  diagnostics: EventTranslator["diagnostics"];
  failures: EventTranslator["failures"];
  policies: EventTranslator["policies"];
} {
  return { diagnostics, failures, policies };
}

/** An engine that was killed could not free its lock; its process is known to be dead. */
async function clearOwnLocks({ locks }: Session, { stopped }: EngineFailure): Promise<void> {
  if (locks === undefined || stopped === "no") return;
  for (const lock of await locks.list()) if (lock.stale) await locks.clear(lock);
}

/** The same error with the stacks that there are, and the one that was probably meant. */
export async function withKnownStacks(
  session: Session,
  cause: StackNotFoundError,
): Promise<StackNotFoundError> {
  const stacks = await knownStacks(session).catch((): string[] => []);
  if (stacks.includes(session.shortStack)) {
    const message = `stack "${session.stack}" has a config file, but nothing was deployed yet: \`up\` does it`;
    return new StackNotFoundError(message, { cause, stacks });
  }
  const meant = nearest(session.shortStack, stacks);
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  const list = stacks.length === 0 ? "the project has none yet" : `there are ${stacks.join(", ")}`;
  const where = `project ${session.project.name} at ${session.backend.url}`;
  return new StackNotFoundError(
    `there is no stack "${session.stack}" in ${where}: ${list}${hint}`,
    { cause, stacks },
  );
}
