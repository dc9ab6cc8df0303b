import * as fs from "node:fs";
import * as path from "node:path";
import { isExecutable, readIfPresent, writeAtomically } from "./files";
import { packageBin } from "./paths";

/** An executable that only starts one of this package's scripts with Node. */
export interface Wrapper {
  file: string;
  content: string;
}

/** Script and arguments of the SDK's own provider of dynamic resources. */
export const DYNAMIC_PROVIDER: readonly string[] = ["sdk-entry.cjs", "dynamic-provider"];
/** What is loaded before whatever the engine starts for us. */
export const PRELOAD = "preload.cjs";

/** What the engine looks for beside its own binary. */
export function engineWrappers(bin: string): Wrapper[] {
  return [
    guarded(path.join(bin, "pulumi-language-nodejs"), ["language-host.cjs"]),
    guarded(path.join(bin, "pulumi-resource-pulumi-nodejs"), DYNAMIC_PROVIDER),
    guarded(path.join(bin, "pulumi-analyzer-policy"), ["sdk-entry.cjs", "run-policy-pack"]),
  ];
}

/** A resource plugin in PULUMI_HOME that is served by this package. */
export function pluginWrapper(home: string, name: string, version: string): Wrapper {
  const folder = path.join(home, "plugins", `resource-${name}-v${version}`);
  return wrapper(path.join(folder, `pulumi-resource-${name}`), [`plugin-${name}.cjs`]);
}

/** Whether a wrapper is there as it would be written now. */
export function isCurrent({ file, content }: Wrapper): boolean {
  return readIfPresent(file) === content && isExecutable(file);
}

/** Writes a wrapper unless it is current. */
export function writeWrapper(wanted: Wrapper): void {
  if (isCurrent(wanted)) return;
  fs.mkdirSync(path.dirname(wanted.file), { recursive: true });
  writeAtomically(wanted.file, wanted.content, 0o755);
}

// Resource plugins of ours look after their engine themselves, and take their time to clean up when it is gone.
function guarded(file: string, command: readonly string[]): Wrapper {
  return wrapper(file, command, `--require ${quote(packageBin(PRELOAD))} `);
}

function wrapper(file: string, [script = "", ...args]: readonly string[], flags = ""): Wrapper {
  const command = `${flags}${[quote(packageBin(script)), ...args].join(" ")}`;
  const node = quote(process.execPath);
  const content = [
    "#!/bin/sh",
    "# Made by Landfall's set-up; written anew whenever it differs.",
    `node=${node}`,
    '[ -x "$node" ] || node=node',
    `exec "$node" ${command} "$@"`,
    "",
  ].join("\n");
  return { file, content };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
