import type { StackState } from "../engine/state";
import type { Intended } from "../intended";
import type { Platform } from "./types";

export type * from "./types";

interface Entry {
  /** Types of the resources that it hosts. */
  hosts: RegExp;
  /** Loads it: whoever uses one platform does not pay for the others. */
  load: () => Promise<Platform>;
}

/** The one table of platforms: a stack's output `platform` names its own. */
const table = {
  docker: { hosts: /^docker:/, load: async () => (await import("./docker")).docker },
  aws: { hosts: /^aws:/, load: async () => (await import("./aws")).aws },
} satisfies Record<string, Entry>;

type PlatformName = keyof typeof table;

/** Where a stack is that says nothing of it, and has nothing yet. */
export const defaultPlatform: PlatformName = "docker";

export const platformNames: readonly string[] = Object.keys(table);

/** The platform of that name; undefined where there is none. */
export async function namedPlatform(name: string | undefined): Promise<Platform | undefined> {
  return isKnown(name) ? table[name].load() : undefined;
}

/** The platform that a stack is on: the one it names, else the one that its resources are of. */
export async function platformOf({
  state,
  intended,
}: {
  state: Pick<StackState, "resources" | "pending">;
  intended?: Pick<Intended, "platform">;
}): Promise<Platform> {
  const named = intended?.platform;
  return table[isKnown(named) ? named : (hostOf(state) ?? defaultPlatform)].load();
}

/** Whether a platform hosts any of the stack's resources. */
export function isHosted(state: Pick<StackState, "resources" | "pending">): boolean {
  return hostOf(state) !== undefined;
}

function hostOf({
  resources,
  pending,
}: Pick<StackState, "resources" | "pending">): PlatformName | undefined {
  const all = [...resources, ...pending.map(({ resource }) => resource)];
  return (Object.keys(table) as PlatformName[]).find((name) =>
    all.some(({ type }) => table[name].hosts.test(type)),
  );
}

function isKnown(name: string | undefined): name is PlatformName {
  return name !== undefined && Object.hasOwn(table, name);
}
