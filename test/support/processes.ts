import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Those of the processes that still run after up to five seconds. */
export async function survivors(pids: number[]): Promise<number[]> {
  const alive = (pid: number): boolean => {
    const state = /^State:\s+(\w)/m.exec(readStatus(pid))?.[1];
    return state !== undefined && state !== "Z";
  };
  for (const deadline = Date.now() + 5_000; Date.now() < deadline;) {
    if (!pids.some(alive)) return [];
    await sleep(50);
  }
  return pids.filter(alive);
}

/** What a process was started with; nothing once it is gone. */
export function commandLine(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}

function readStatus(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}
