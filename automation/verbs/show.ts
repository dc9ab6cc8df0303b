import { withConfigCopy } from "../configCopy";
import { LandfallError } from "../errors";
import type { ShowArgs } from "../operations";
import { redacted } from "../../components/redaction/redactor";
import { currentRelease } from "../release";
import type { ReleaseRecord } from "../release";
import type { ConfigEntry, ShowResult } from "../results";
import type { Session } from "../session";
import { releaseNumbered, releasesOf } from "./history";

/** Everything that is known about a release; of its config's secrets that they are there. */
export async function show(session: Session, { release: number }: ShowArgs): Promise<ShowResult> {
  const releases = await releasesOf(session);
  const record = number === undefined ? releases.at(-1) : releaseNumbered(releases, number);
  if (record === undefined) {
    throw new LandfallError("release_not_found", `stack "${session.stack}" has no releases yet`);
  }
  const { format: _, config: _c, ...release } = record;
  return {
    stack: session.stack,
    release,
    current: currentRelease(releases)?.number === record.number,
    config: await configOf(session, record),
  };
}

async function configOf(session: Session, record: ReleaseRecord): Promise<ConfigEntry[]> {
  if (record.config === "") return [];
  const values = await withConfigCopy(session, record, (file) =>
    session.workspace.writtenConfig(file),
  );
  return Object.entries(values ?? {})
    .map(([key, { value = "", secret }]) => ({ key, value: secret ? redacted : value, secret }))
    .sort((a, b) => a.key.localeCompare(b.key));
}
