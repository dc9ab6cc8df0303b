import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { packageRoot } from "../../toolchain/paths";

/**
 * What a script prints in a process of its own, in the package's folder. It is begun at once, so that a suite which asks
 * for it while it is loaded has it by the time its tests run.
 */
export function printedBy(script: string): Promise<string> {
  const cached = `require("./bin/codeCache.cjs")("tests");\n${script}`;
  const printed = promisify(execFile)(process.execPath, ["-e", cached], { cwd: packageRoot });
  const text = printed.then(({ stdout }) => stdout.trim());
  // Whoever waits for it is told; until then nobody is.
  text.catch(() => undefined);
  return text;
}
