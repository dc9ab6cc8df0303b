import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { isAbsolute, join } from "node:path";
import { pipeline } from "node:stream/promises";

import { contextFilter, contextHash, ignorePatterns } from "../../components/buildContext";
import type { IntendedService } from "../intended";
import type { BuildFacts, DeliveredFacts } from "./types";

/** How the running image was built, beside what the working tree would be built from. */
export function buildFacts(
  projectDir: string,
  { context, dockerfile, contextHash: running }: NonNullable<IntendedService["build"]>,
): BuildFacts {
  const facts = { context, dockerfile, running };
  const [folder, file] = [join(projectDir, context), join(projectDir, dockerfile)];
  try {
    const sent = contextFilter(ignorePatterns(folder));
    return {
      ...facts,
      now: { hash: contextHash({ context: folder, dockerfile: file }) },
      includes: (path) => path === dockerfile || holds(path, context, sent),
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return {
      ...facts,
      now: { problem: code ?? message },
      includes: (path) => path === dockerfile || holds(path, context, () => true),
    };
  }
}

function holds(path: string, context: string, sent: (file: string) => boolean): boolean {
  // A submodule is one path, be the context around it or in it.
  if (path === context || context.startsWith(`${path}/`)) return true;
  if (context === ".") return !path.startsWith("../") && sent(path);
  return path.startsWith(`${context}/`) && sent(path.slice(context.length + 1));
}

/** The delivered files of a service, as they were and as they are. Those made by the program have no source. */
export function deliveredFacts(
  projectDir: string,
  files: NonNullable<IntendedService["files"]>,
): Promise<DeliveredFacts[]> {
  const local = files.flatMap(({ source, sha256 }) =>
    source === undefined || isAbsolute(source) ? [] : [{ source, running: sha256 }],
  );
  return Promise.all(
    local.map(async ({ source, running }) => {
      const now = await sha256Of(join(projectDir, source));
      return { source, running, ...(now === undefined ? {} : { now }) };
    }),
  );
}

async function sha256Of(file: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(file), hash);
    return hash.digest("hex");
  } catch {
    return undefined;
  }
}
