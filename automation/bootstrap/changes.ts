import { isDeepStrictEqual } from "node:util";

import { isNamed } from "../../components/aws/dynamic/failures";
import { RefusedError } from "../errors";
import type { BootstrapChange } from "./types";

/** Notes what is done, and does it unless it is only asked what would be. */
export class Changes {
  readonly all: BootstrapChange[] = [];

  constructor(private readonly dryRun: boolean) {}

  async do(
    resource: string,
    action: "created" | "updated",
    work: () => Promise<unknown>,
  ): Promise<void> {
    if (!this.dryRun) await work();
    this.all.push({ resource, action });
  }

  /** Writes what is not as it must be. `now`: as it is; undefined where it is not there yet. */
  async keep(
    resource: string,
    now: unknown,
    wanted: unknown,
    write: () => Promise<unknown>,
  ): Promise<void> {
    if (isDeepStrictEqual(now, wanted)) this.all.push({ resource, action: "unchanged" });
    else await this.do(resource, now === undefined ? "created" : "updated", write);
  }
}

/** What is asked for; undefined where AWS has none under one of these names of errors. */
export async function unlessGone<T>(
  ask: Promise<T>,
  ...names: readonly string[]
): Promise<T | undefined> {
  try {
    return await ask;
  } catch (error) {
    if (isNamed(error, ...names)) return undefined;
    throw error;
  }
}

/** @throws RefusedError for what somebody else has made under the name */
export function mustBeOwn(
  what: string,
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[],
  own: Readonly<Record<string, string>>,
): void {
  const found = Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
  const wrong = Object.entries(own).filter(([key, value]) => found[key] !== value);
  if (wrong.length === 0) return;
  const needed = wrong.map(([key, value]) => `${key}=${value}`).join(", ");
  throw new RefusedError(
    `${what} is there, and not of bootstrap's making: it lacks the tags ${needed}`,
    {
      fix: "Choose another name, or give it the tags if it is yours and empty enough to be taken over.",
    },
  );
}

/** Tags as most services take them. */
export function tagList(own: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(own).map(([Key, Value]) => ({ Key, Value }));
}
