import { hostname } from "node:os";

import { lives } from "../engine/processTree";
import type { ReleaseRecord } from "../release";

/**
 * A record as it is to be read: one that still runs, of a process of this host that is gone, was interrupted. What a
 * process of another host does cannot be known from here, so that its record stays `running` until it is settled.
 */
export async function asSeenHere(record: ReleaseRecord): Promise<ReleaseRecord> {
  const { host, pid } = record.process;
  if (record.state !== "running" || host !== hostname()) return record;
  return (await lives(pid, record.startedAt)) ? record : { ...record, state: "interrupted" };
}
