import * as fs from "node:fs";
import * as path from "node:path";
import { packageRoot } from "../paths";
import type { RuntimeOptions } from "./options";

/**
 * Whether a program is this checkout's own and its tsconfig has it transpiled without a check of types, as ts-node
 * would do with swc. Then bin/program.cjs does the same, and keeps what it made: ts-node loads the compiler for it,
 * and transpiles everything anew in each run.
 */
export function isTranspiledHere(
  programDirectory: string,
  { typescript, tsconfig }: Pick<RuntimeOptions, "typescript" | "tsconfig">,
  { root = packageRoot, env = process.env }: { root?: string; env?: NodeJS.ProcessEnv } = {},
): boolean {
  return (
    typescript &&
    tsconfig === undefined &&
    env["PULUMI_NODEJS_TSCONFIG_PATH"] === undefined &&
    env["PULUMI_NODEJS_TRANSPILE_ONLY"] === undefined &&
    path.resolve(programDirectory) === root &&
    usesSwc(path.join(root, "tsconfig.json"))
  );
}

function usesSwc(tsconfig: string): boolean {
  try {
    const parsed = JSON.parse(fs.readFileSync(tsconfig, "utf8")) as {
      "ts-node"?: { swc?: unknown };
    };
    return parsed["ts-node"]?.swc === true;
  } catch {
    // Not there, or with comments: then it is left to ts-node.
    return false;
  }
}
