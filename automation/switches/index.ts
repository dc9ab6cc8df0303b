import { rm } from "node:fs/promises";
import { relative } from "node:path";

import { readIfPresent, writeAtomically } from "../../toolchain/files";
import { withConfigCopy, writeAmended } from "../configCopy";
import type { StackState } from "../engine/state";
import { readIntended } from "../intended";
import type { Intended } from "../intended";
import { migrationPins } from "../migrations/pins";
import { wayBack } from "../migrations/wayBack";
import type { UpArgs } from "../operations";
import { readConfigFile, trackedConfigFileOf } from "../project";
import { currentRelease } from "../release";
import type { ReleaseRecord } from "../release";
import type { SwitchResult, Verdict } from "../results";
import type { Session } from "../session";
import { update } from "../update";
import { withSwitches } from "./configText";
import type { ConfigEdit } from "./configText";
import { pinsForSwitch } from "./pins";

/** One switch of a stack's config. */
export interface Switch {
  kind: Extract<ReleaseRecord["kind"], "feature" | "stop" | "start">;
  /** Where it is set in the config. */
  key: string;
  /** What it sets, by name; part of the release. */
  values: Readonly<Record<string, boolean>>;
  /** Services that it stops. */
  stops: readonly string[];
}

/**
 * Switches something in the config of the release that runs, and deploys that: images and the rest of the config stay
 * what they are, whatever the working tree has. The stack's config file gets the same switch, so that the next `up`
 * keeps it; when the switch does not hold, the file is put back.
 *
 * @param state The stack's as it was just read.
 * @returns also what the stack promises in the end
 */
export async function switchConfig(
  session: Session,
  args: UpArgs,
  { kind, key, values, stops }: Switch,
  state: StackState,
): Promise<{ result: SwitchResult; intended: Intended }> {
  const { project, stack, store } = session;
  const release = currentRelease(await store.list());
  const config = release?.config ?? (await readConfigFile(project, stack)) ?? "";
  let intended = readIntended(state.outputs);
  const own = new OwnFile(trackedConfigFileOf(project, stack));
  return withConfigCopy(session, { config }, async (file) => {
    const text = withSwitches(config, { key, values }, file);
    const pins = release ? await pinsFor(session, release, state) : {};
    await writeAmended(file, text, pins);
    try {
      const result = await update(session, args, {
        kind,
        config: { file, text },
        pins,
        stops,
        switched: values,
        known: { state },
        onBegin: () => own.change({ key, values }),
        onEnd: (last) => {
          intended = last;
        },
        ...(release === undefined ? {} : { expectedDigests: digestsOf(release) }),
      });
      if (undone.includes(result.verdict)) await own.putBack();
      return { result: { ...result, configFile: relative(project.dir, own.path) }, intended };
    } catch (error) {
      await own.putBack();
      throw error;
    }
  });
}

/** Neither images nor migrations that the working tree has by now are part of a switch. */
async function pinsFor(
  session: Session,
  release: ReleaseRecord,
  state: StackState,
): Promise<Record<string, string | object>> {
  const ways = release.migrations === undefined ? [] : await wayBack(session, state, release);
  return { ...pinsForSwitch(session, release, state), ...migrationPins(release, ways) };
}

const undone: readonly Verdict[] = ["failed", "rolled_back"];

function digestsOf({ images }: ReleaseRecord): Record<string, string> {
  return Object.fromEntries(
    Object.entries(images).map(([service, { digest }]) => [service, digest]),
  );
}

/** The config file that the stack's owner writes. */
class OwnFile {
  private before: { text: string | undefined; after: string } | undefined;

  constructor(readonly path: string) {}

  change(edit: ConfigEdit): Promise<void> {
    const text = readIfPresent(this.path);
    const after = withSwitches(text ?? "", edit, this.path);
    writeAtomically(this.path, after);
    this.before = { text, after };
    return Promise.resolve();
  }

  /** As it was, unless somebody has written it since. */
  async putBack(): Promise<void> {
    if (this.before === undefined || readIfPresent(this.path) !== this.before.after) return;
    if (this.before.text === undefined) await rm(this.path, { force: true });
    else writeAtomically(this.path, this.before.text);
  }
}
