import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { StackState } from "./engine/state";
import type { PendingOperation } from "./engine/types";
import { describeUrn, parseUrn } from "./engine/urn";
import { LandfallError } from "./errors";
import { isHosted, platformOf } from "./platforms";
import type { RecoveryAction } from "./results";
import { reading } from "./session";
import type { Session } from "./session";

/** Resources whose half-made form is nothing at all, wherever the stack is. */
const mendable = [/^random:/, /^pulumi:providers:/];

/**
 * Mends what a killed update left: containers that were made but not recorded are removed, and the pending
 * operations of resources that are safe to make again are cleared. What is not safe is an error that names it.
 *
 * Nobody else can be at work meanwhile: the caller has seen that no lock is held, and the engine's lock is held here.
 * @throws LandfallError `pending_operations`
 */
export async function recover(session: Session, state: StackState): Promise<RecoveryAction[]> {
  const creating = state.pending.filter(({ type }) => type === "creating");
  const { leftovers } = await platformOf({ state });
  const known = [...mendable, ...leftovers.mendable];
  const unsafe = creating.filter(({ resource }) => !known.some((p) => p.test(resource.type)));
  if (unsafe.length > 0) throw unmendable(session, unsafe);
  if (creating.length === 0) return [];
  const removed = await holding(session, () => removeUnrecorded(session, state));
  return report(session, [...removed, ...(await clearPending(session, creating))]);
}

/** Removes what belongs to this deployment and its state does not know, one-off tasks aside. */
async function removeUnrecorded(session: Session, state: StackState): Promise<RecoveryAction[]> {
  if (!isHosted(state)) return [];
  const { leftovers } = await platformOf({ state });
  return leftovers.removeUnrecorded(session, state, leftovers.ownerOf(state));
}

/**
 * Takes the pending operations out of the state: the engine's import leaves them out. It takes the engine's lock
 * itself, so that it cannot be held here; the state is therefore exported again just before.
 */
async function clearPending(
  session: Session,
  creating: readonly PendingOperation[],
): Promise<RecoveryAction[]> {
  const { workspace } = session;
  const exported = await reading(session, () => workspace.exportRaw());
  const dir = await mkdtemp(join(tmpdir(), "landfall-"));
  try {
    const file = join(dir, "state.json");
    await writeFile(file, JSON.stringify(exported), { mode: 0o600 });
    await reading(session, () => workspace.importRaw(file));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return creating.map(({ resource: { urn } }) => ({
    action: "pending-cleared",
    subject: describeUrn(urn),
    detail: "its creation had begun when an update was killed; it is made again",
  }));
}

function holding<T>({ locks }: Session, step: () => Promise<T>): Promise<T> {
  return locks === undefined ? step() : locks.hold(step);
}

function report({ context }: Session, actions: RecoveryAction[]): RecoveryAction[] {
  for (const action of actions) context.emit({ kind: "recovery", ...action });
  return actions;
}

function unmendable({ stack }: Session, operations: readonly PendingOperation[]): LandfallError {
  const problems = operations.map(({ type, resource }) => ({
    path: resource.urn,
    message: `${type} had begun when an update was killed`,
  }));
  const names = operations.map(({ resource }) => {
    const { type, name } = parseUrn(resource.urn);
    return `  ${type} ${name}`;
  });
  return new LandfallError(
    "pending_operations",
    `stack "${stack}" has operations of a killed update, and whether these exist is not known:\n${names.join("\n")}`,
    {
      problems,
      fix: "Look for each of them at its provider. Import or delete those that exist, then run `landfall refresh`, which clears the rest.",
    },
  );
}
