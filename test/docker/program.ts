import * as path from "node:path";
import { dump } from "js-yaml";
import { ROOT } from "../support/program";

/**
 * A project's files whose program is written against this checkout's sources. They are transpiled as the checkout's own
 * program is, and kept: ts-node would load the compiler and do them all anew in each of some hundred runs.
 */
export function projectFiles(name: string, program: string): Readonly<Record<string, string>> {
  const nodeargs = `--require ${path.join(ROOT, "bin", "program.cjs")}`;
  const runtime = { name: "nodejs", options: { typescript: false, nodeargs } };
  return {
    "Pulumi.yaml": dump({ name, runtime, main: "index.ts" }),
    "index.ts": program,
  };
}
