import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { shortStackName } from "./project";
import type { ReleaseRecord } from "./release";
import type { Session } from "./session";

/** Runs a step with a release's config in a temporary file that bears the stack's name, as the engine wants it. */
export async function withConfigCopy<T>(
  { stack }: Pick<Session, "stack">,
  { config }: Pick<ReleaseRecord, "config">,
  step: (file: string) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), "landfall-"));
  try {
    const file = join(dir, `Pulumi.${shortStackName(stack)}.yaml`);
    await writeFile(file, config, { mode: 0o600 });
    return await step(file);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
