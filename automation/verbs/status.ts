import { realResources } from "../engine/state";
import { currentFreeze } from "../freeze";
import { readIntended } from "../intended";
import { platformOf } from "../platforms";
import { currentRelease, summaryOf } from "../release";
import type { StatusResult } from "../results";
import type { Session } from "../session";
import { readStack } from "./prepare";
import { together } from "../together";

/** What is running now, beside what the last update deployed. */
export async function status(session: Session): Promise<StatusResult> {
  const { context, locks, store, stack } = session;
  const [{ state }, held, releases, freeze] = await together([
    readStack(session, { create: false }),
    locks?.list() ?? [],
    store.list(),
    currentFreeze(store, context.clock.now()),
  ]);
  context.check();
  const intended = readIntended(state.outputs);
  const { status: platform } = await platformOf({ state, intended });
  const current = currentRelease(releases);
  const [lock] = held;
  return {
    stack,
    ...(intended.platform === undefined ? {} : { platform: intended.platform }),
    ...(await platform.report(session, { state, intended })),
    urls: intended.urls,
    ...(current === undefined ? {} : { release: summaryOf(current) }),
    ...(lock === undefined ? {} : { lock }),
    ...(freeze === undefined ? {} : { freeze }),
    pendingOperations: state.pending.length,
    resources: realResources(state).length,
  };
}
