import { configDifference } from "../config";
import { withConfigCopy, writeAmended } from "../configCopy";
import { refuseBuilds } from "../guards/promotion";
import { ensureImages } from "../images/available";
import { registryLogin } from "../images/login";
import { readIntended } from "../intended";
import type { PromoteArgs } from "../operations";
import { pinsOf } from "../pins";
import { defaultPlatform } from "../platforms";
import { readConfigFile } from "../project";
import { refuseOtherProgram, verifiedRelease } from "../promotion";
import { provenance } from "../provenance";
import type { PromoteResult } from "../results";
import type { Session } from "../session";
import { update } from "../update";
import { dryRunResult } from "./dryRun";
import { otherConfig, readStack } from "./prepare";

/**
 * Deploys the images of another stack's verified release, by their ids, with the target stack's own config: nothing is
 * built. Like a rollback it pins them for this deployment alone: the target's config file is not touched, and its next
 * plain `up` deploys what the working tree says.
 */
export async function promote(
  session: Session,
  args: PromoteArgs,
  openOther: (stack: string) => Promise<Session>,
): Promise<PromoteResult> {
  const { context, project, stack } = session;
  const source = await openOther(args.from);
  const { state: sourceState } = await readStack(source, { create: false });
  const release = verifiedRelease(args.from, await source.store.list(), args.release);
  if (args.allowOtherProgram !== true) {
    refuseOtherProgram(release, await provenance(project.dir, session.env));
  }
  const verified = await withConfigCopy(source, release, (file) =>
    otherConfig(source, file, sourceState),
  );
  const { state, config } = await readStack(session, { create: true });
  const text = (await readConfigFile(project, stack)) ?? "";
  const common = {
    source: { stack: args.from, release: release.number },
    configDiff: configDifference(verified, config),
  };
  context.check();
  await ensureImages({
    session,
    release,
    // Neither need have an output: one was never deployed, the other may be destroyed.
    platform:
      readIntended(state.outputs).platform ??
      readIntended(sourceState.outputs).platform ??
      defaultPlatform,
    login: registryLogin(project.name, config),
    doing: `promoted to stack "${stack}"`,
    dryRun: args.dryRun === true,
  });
  const pins = pinsOf(release);
  return withConfigCopy(session, { config: text }, async (file) => {
    await writeAmended(file, text, pins);
    if (args.dryRun === true) {
      return { ...(await dryRunResult(session, args, file, state, refuseBuilds)), ...common };
    }
    const result = await update(session, withoutOwn(args), {
      kind: "promote",
      config: { file, text },
      pins,
      promotedFrom: common.source,
      expectedDigests: Object.fromEntries(
        Object.entries(release.images).map(([service, { digest }]) => [service, digest]),
      ),
    });
    return { ...result, ...common, dryRun: false };
  });
}

/** What an update takes of the arguments. */
function withoutOwn({
  from: _,
  release: _r,
  dryRun: _d,
  allowOtherProgram: _a,
  ...rest
}: PromoteArgs): Omit<PromoteArgs, "from" | "release" | "dryRun" | "allowOtherProgram"> {
  return rest;
}
