import { destroyError, namesToAllow } from "../dataLossError";
import { realResources } from "../engine/state";
import type { StateResource } from "../engine/types";
import { parseUrn } from "../engine/urn";
import { refuseFrozen } from "../freeze";
import { destruction } from "../guards/destruction";
import { readIntended } from "../intended";
import type { DestroyArgs } from "../operations";
import { isHosted, platformOf } from "../platforms";
import type { Deployed, Platform } from "../platforms";
import type { DestroyResult, ResourceChange } from "../results";
import { engineRun, reading } from "../session";
import type { Session } from "../session";
import { outcomeOf } from "./outcome";
import { mend, prepare } from "./prepare";
import { warnOfLosses } from "./preview";

/** Deletes the stack's resources; protected ones only when asked to, and data only where that is allowed. */
export async function destroy(session: Session, args: DestroyArgs): Promise<DestroyResult> {
  const { context, workspace, store } = session;
  const startedAt = context.clock.now();
  const dryRun = args.dryRun === true;
  const includeProtected = args.includeProtected === true;
  const prepared = await prepare(session, {
    waitSeconds: args.wait ?? 0,
    create: false,
    // What has to be mended waits until nothing forbids it.
    readOnly: true,
    checkConfig: false,
  });
  const { state } = prepared;
  const deployed = { state, intended: readIntended(state.outputs) };
  const platform = await platformOf(deployed);
  const { losses, forbidden } = destruction(session, prepared, args);
  if (dryRun) warnOfLosses(session, losses);
  else {
    await refuseFrozen(session, args.overrideFreeze);
    if (forbidden.length > 0) throw destroyError(forbidden);
    await mend(session, state);
    // None of its images is asked for any more.
    await platform.images.keep?.(session, deployed, []);
  }
  const guarded = realResources(state).filter((resource) => resource.protect === true);
  const outcome = await context.phase("destroy", async () => {
    if (includeProtected && !dryRun && guarded.length > 0) {
      await reading(session, () => workspace.unprotectAll());
    }
    const run = await engineRun(session, args.wait ?? 0, (onEvent) =>
      workspace.destroy({
        dryRun,
        // A dry run with them would fail at the first: the engine refuses before it shows anything.
        excludeProtected: guarded.length > 0 && (dryRun || !includeProtected),
        ...(args.parallel === undefined ? {} : { parallel: args.parallel }),
        onEvent,
      }),
    );
    if (run.error) throw run.error;
    return run;
  });
  const base = await outcomeOf(session, outcome, startedAt);
  if (dryRun) return { ...withGuarded(base, includeProtected ? guarded : []), ...rest(true) };
  const left = await reading(session, () => workspace.state());
  const empty = realResources(left).length === 0;
  if (empty) {
    await removeLeft(session, platform, deployed);
  }
  const removed = empty && args.remove === true;
  if (removed) {
    await reading(session, () => workspace.removeStack());
    await store.removeAll();
  }
  return { ...base, ...rest(false), removed };

  function rest(dryRun: boolean): Omit<DestroyResult, keyof typeof base> {
    const kept = includeProtected ? [] : guarded.map(({ urn }) => urn);
    return { dryRun, dataLoss: losses, toAllow: namesToAllow(forbidden), kept, removed: false };
  }
}

/** What belongs to a stack whose every resource is deleted, and was none of them. */
async function removeLeft(
  session: Session,
  { leftovers }: Platform,
  before: Deployed,
): Promise<void> {
  const { state } = before;
  if (!isHosted(state)) return;
  await leftovers.removeUnrecorded(session, { ...state, resources: [] }, leftovers.ownerOf(state));
  await leftovers.removeRest?.(session, before);
}

/** What a preview of a destruction leaves out because it is protected, added where it would go too. */
function withGuarded<T extends Pick<DestroyResult, "changes" | "resources">>(
  base: T,
  guarded: readonly StateResource[],
): T {
  const more = guarded.map(({ urn, type }): ResourceChange => {
    return { urn, type, name: parseUrn(urn).name, op: "delete", keys: [] };
  });
  return {
    ...base,
    changes: { ...base.changes, delete: base.changes.delete + more.length },
    resources: [...base.resources, ...more],
  };
}
