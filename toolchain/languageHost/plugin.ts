import type { RunPluginRequest } from "@pulumi/pulumi/proto/language_pb";
import { parseRuntimeOptions } from "./options";
import { nodeArguments, resolveSdk, typescriptEnvironment } from "./program";
import type { Command } from "./program";

/** The command that runs a plugin written for Node (a folder with PulumiPlugin.yaml or PulumiPolicy.yaml). */
export function pluginCommand(request: RunPluginRequest, resolve = resolveSdk): Command {
  if (request.getAttachDebugger()) {
    throw new Error("--attach-debugger is not supported by this language host");
  }
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() ?? request.getPwd();
  const options = parseRuntimeOptions(info?.getOptions()?.toJavaScript() ?? {});
  const policyPack = request.getKind() === "analyzer";
  const [engineAddress, ...args] = request.getArgsList();
  return {
    file: process.execPath,
    args: [
      ...nodeArguments(options),
      resolve(policyPack ? "run-policy-pack" : "run-plugin", directory),
      ...(policyPack
        ? [engineAddress ?? "", directory, ...args]
        : [directory, engineAddress ?? "", ...args]),
    ],
    cwd: request.getPwd() === "" ? directory : request.getPwd(),
    env: {
      ...Object.fromEntries(request.getEnvList().map(pair)),
      ...typescriptEnvironment(options),
    },
  };
}

function pair(assignment: string): [string, string] {
  const at = assignment.indexOf("=");
  return at < 0 ? [assignment, ""] : [assignment.slice(0, at), assignment.slice(at + 1)];
}
