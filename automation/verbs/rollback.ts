import { configDifference } from "../config";
import { amended, withConfigCopy, writeAmended } from "../configCopy";
import { surroundings } from "../fingerprint";
import { ensureImages } from "../images/available";
import { registryLogin } from "../images/login";
import { readIntended } from "../intended";
import { carryOut } from "../migrations/carryOut";
import { migrationPins } from "../migrations/pins";
import { refuseWayBack } from "../migrations/refusal";
import { wayBack } from "../migrations/wayBack";
import type { JobWayBack } from "../migrations/wayBack";
import type { RollbackArgs } from "../operations";
import { pinsOf, taskPins } from "../pins";
import { currentRelease, rollbackTarget } from "../release";
import type { ConfigDifference, MigrationWayBack, RollbackResult } from "../results";
import { reading } from "../session";
import type { Session } from "../session";
import { update } from "../update";
import { dryRunResult } from "./dryRun";
import { learnSecrets, readStack } from "./prepare";
import { together } from "../together";

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
    const [{ state, config: before }, own] = await together([
      readStack(session, { create: false }),
      reading(session, () => session.workspace.config(file)),
    ]);
    // They may be in no state and no config any more.
    learnSecrets(session, state, own);
    // Each waits for another process, and none for another: git, the daemon and the database.
    const place = surroundings(session);
    const [, ways] = await together([
      ensureImages({
        session,
        release: target,
        platform: readIntended(state.outputs).platform,
        login: registryLogin(session.project.name, before),
        doing: "deployed again",
        dryRun: args.dryRun === true,
      }),
      wayBack(session, state, target),
      place,
    ]);
    const deployed = { state, intended: readIntended(state.outputs) };
    const pins = {
      ...pinsOf(target),
      ...(await taskPins(session, deployed, target)),
      ...migrationPins(target, ways),
    };
    await writeAmended(file, target.config, pins);
    const after = amended(own, pins);
    const common = {
      ...{ from, to: target.number, configDiff: configDifference(before, after) },
      migrations: ways.map(shownWay),
    };
    context.check();
    if (args.dryRun === true) {
      return { ...(await dryRunResult(session, args, file, state)), ...withoutUndefined(common) };
    }
    refuseWayBack(target.number, ways, args);
    const result = await update(session, args, {
      kind: "rollback",
      config: { file, text: target.config },
      rollbackTo: target.number,
      known: { state, config: after },
      surroundings: place,
      prelude: (prepared) => carryOut(session, prepared.state, ways),
      expectedDigests: Object.fromEntries(
        Object.entries(target.images).map(([service, { digest }]) => [service, digest]),
      ),
    });
    return { ...result, ...withoutUndefined(common), dryRun: false };
  });
}

interface Common {
  from: number | undefined;
  to: number;
  configDiff: ConfigDifference[];
  migrations: MigrationWayBack[];
}

function shownWay({ job, head, to, resolution }: JobWayBack): MigrationWayBack {
  const { kind, reason } = resolution;
  return {
    ...{ job, kind, reason },
    ...(head === undefined ? {} : { head }),
    ...(to === undefined ? {} : { to }),
  };
}

function withoutUndefined({ from, ...rest }: Common): Omit<Common, "from"> & { from?: number } {
  return from === undefined ? rest : { ...rest, from };
}
