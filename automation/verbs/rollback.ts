import { configDifference } from "../config";
import { withConfigCopy, writeAmended } from "../configCopy";
import { RefusedError } from "../errors";
import { readIntended } from "../intended";
import { observers } from "../observers";
import type { RollbackArgs } from "../operations";
import { pinsOf } from "../pins";
import { currentRelease, rollbackTarget } from "../release";
import type { ReleaseRecord } from "../release";
import type { ConfigDifference, RollbackResult } from "../results";
import { reading } from "../session";
import type { Session } from "../session";
import { update } from "../update";
import { changed, outcomeOf } from "./outcome";
import { readStack } from "./prepare";
import { runPreview } from "./preview";

/**
 * Deploys an earlier release's config and images again, as a new release. The stack's config file in the working
 * tree is not touched: the engine reads the release's copy from a temporary file, so that the next plain `up`
 * deploys the working tree's config again.
 */
export async function rollback(session: Session, args: RollbackArgs): Promise<RollbackResult> {
  const { context, store } = session;
  const releases = await store.list();
  const target = rollbackTarget(releases, args);
  const from = currentRelease(releases)?.number;
  return withConfigCopy(session, target, async (file) => {
    const { state, config: before } = await readStack(session, { create: false });
    await refuseMissingImages(session, target, readIntended(state.outputs).platform);
    await writeAmended(file, target.config, pinsOf(target));
    const after = await reading(session, () => session.workspace.config(file));
    const common = { from, to: target.number, configDiff: configDifference(before, after) };
    context.check();
    if (args.dryRun === true) return dryRun(session, args, file, common);
    const result = await update(session, args, {
      kind: "rollback",
      config: { file, text: target.config },
      rollbackTo: target.number,
      expectedDigests: Object.fromEntries(
        Object.entries(target.images).map(([service, { digest }]) => [service, digest]),
      ),
    });
    return { ...result, ...withoutUndefined(common), dryRun: false };
  });
}

async function dryRun(
  session: Session,
  args: RollbackArgs,
  configFile: string,
  common: Common,
): Promise<RollbackResult> {
  const startedAt = session.context.clock.now();
  const { stack, parallel, wait } = args;
  const outcome = await runPreview(session, {
    stack,
    configFile,
    ...(parallel === undefined ? {} : { parallel }),
    ...(wait === undefined ? {} : { wait }),
  });
  const base = await outcomeOf(session, outcome, startedAt);
  return {
    ...base,
    ...withoutUndefined(common),
    verdict: changed(base.changes) ? "unverified" : "unchanged",
    services: [],
    images: [],
    probes: [],
    urls: {},
    unverified: ["nothing was deployed: this was a dry run"],
    recovered: [],
    dryRun: true,
  };
}

interface Common {
  from: number | undefined;
  to: number;
  configDiff: ConfigDifference[];
}

function withoutUndefined({ from, ...rest }: Common): Omit<Common, "from"> & { from?: number } {
  return from === undefined ? rest : { ...rest, from };
}

async function refuseMissingImages(
  session: Session,
  target: ReleaseRecord,
  platform: string | undefined,
): Promise<void> {
  const observer = platform === undefined ? undefined : observers[platform];
  if (observer === undefined || Object.keys(target.images).length === 0) return;
  const missing = await observer({ env: session.env }).missingImages(target.images);
  if (missing.length === 0) return;
  const problems = missing.map((path) => {
    const { image, digest } = target.images[path] ?? { image: "unknown", digest: "unknown" };
    return { path, message: `image ${image} (${digest}) is not there any more` };
  });
  const lines = problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
  throw new RefusedError(`release ${target.number} cannot be deployed again: ${lines}`, {
    code: "image_gone",
    problems,
  });
}
