import { CORE_SCHEMA, load } from "js-yaml";

import { stableJson } from "../../components/naming";
import { dataHolders } from "../dataHolders";
import { sealOf, surroundings } from "../fingerprint";
import type { Place } from "../fingerprint";
import { packOf } from "../policyPack";
import type { Session } from "../session";
import type { Prepared } from "../verbs/prepare";
import { Marks } from "./marks";

type Facts = Pick<Prepared, "state" | "config">;
type Where = Place & Pick<Session, "store" | "shortStack">;

/**
 * Whether the very same program, config and environment have been deployed before, and what holds data is now as that had
 * left it. A program is a function of these: it asks for the same data again, and loses none. So a rollback needs no look
 * ahead, nor does a switch that is set back.
 */
export async function isHarmless(
  session: Where,
  facts: Facts,
  text: string,
  place = surroundings(session),
): Promise<boolean> {
  const mark = await markOf(session, facts, text, place);
  return mark !== undefined && (await new Marks(session.store, "harmless").has(mark));
}

/** Notes what has been deployed, by the config's text. A note that cannot be written costs a look ahead later, no more. */
export async function rememberHarmless(
  session: Where & Pick<Session, "context">,
  facts: Facts,
  text: string,
): Promise<void> {
  try {
    const mark = await markOf(session, facts, text, surroundings(session));
    if (mark !== undefined) await new Marks(session.store, "harmless").add(mark);
  } catch (error) {
    const message = `the next rollback looks ahead first: ${error instanceof Error ? error.message : String(error)}`;
    session.context.emit({ kind: "diagnostic", severity: "info", ephemeral: false, message });
  }
}

async function markOf(
  session: Where,
  { state: { resources }, config }: Facts,
  text: string,
  place: ReturnType<typeof surroundings>,
): Promise<string | undefined> {
  const [about, wanted] = [await place, withoutOwnKeys(text)];
  if (about === undefined || wanted === undefined) return undefined;
  const data = dataHolders(resources)
    .map(({ urn, id, inputs, protect }) => stableJson([urn, id, inputs, protect]))
    .sort();
  return (await sealOf(session.store))({
    harmless: { about, wanted: stableJson(wanted), data, pack: packOf(session, config)?.print },
  });
}

/**
 * A config without the keys that are the SDK's own: by them components are told which services stop and which revision
 * stays, and none that holds data reads them. Undefined where it cannot be read.
 */
export function withoutOwnKeys(text: string): unknown {
  try {
    const settings = (load(text, { schema: CORE_SCHEMA }) ?? {}) as { config?: object | null };
    const entries = Object.entries(settings.config ?? {})
      .filter(([key]) => !key.startsWith("landfall-sdk:"))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return { ...settings, config: entries };
  } catch {
    return undefined;
  }
}
