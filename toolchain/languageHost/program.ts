import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { packageBin } from "../paths";
import { parseRuntimeOptions } from "./options";
import type { RuntimeOptions } from "./options";
import { isTranspiledHere } from "./sources";

/** A command as a value, so that it can be checked without running it. */
export interface Command {
  file: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
}

/** What the host knows from its own command line. */
export interface HostArguments {
  engineAddress: string;
  tracing?: string;
  /** The engine's environment. @default this process's */
  env?: NodeJS.ProcessEnv;
}

/** The exit code with which a program says that it has told the user everything already. */
export const BAIL_EXIT_CODE = 32;

/** Reads the arguments that the engine starts a language host with: flags, then its address. */
export function parseHostArguments(argv: string[]): HostArguments {
  const parsed: HostArguments = { engineAddress: "" };
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? "";
    if (/^--?tracing$/.test(argument)) parsed.tracing = argv[++i];
    else if (/^--?tracing=/.test(argument)) parsed.tracing = argument.replace(/^--?tracing=/, "");
    else if (!argument.startsWith("-")) parsed.engineAddress = argument;
  }
  if (parsed.engineAddress === "") throw new Error("the address of the engine is missing");
  return parsed;
}

/**
 * The command that runs a program.
 * @throws Error when an option of the runtime is invalid or `@pulumi/pulumi` is not installed.
 */
export function programCommand(
  request: RunRequest,
  host: HostArguments,
  resolve = resolveSdk,
): Command {
  const info = request.getInfo();
  const options = parseRuntimeOptions(info?.getOptions()?.toJavaScript() ?? {});
  const programDirectory = info?.getProgramDirectory() ?? request.getPwd();
  const { own, args } = programStart(programDirectory, options, host.env, resolve);
  return {
    file: process.execPath,
    args: [
      ...args,
      ...flags(request, host),
      request.getProgram() === "" ? "." : request.getProgram(),
      ...request.getArgsList(),
    ],
    cwd: request.getPwd() === "" ? programDirectory : request.getPwd(),
    env: {
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      ...typescriptEnvironment(own ? { ...options, typescript: false } : options),
    },
  };
}

/** What a program's command begins with: the arguments of Node itself, and the SDK's script that runs programs. */
export function programStart(
  directory: string,
  options: RuntimeOptions,
  env: NodeJS.ProcessEnv = process.env,
  resolve = resolveSdk,
): { own: boolean; args: string[] } {
  const own = isTranspiledHere(directory, options, { env });
  const transpiling = own ? ["--require", packageBin("program.cjs")] : [];
  return { own, args: [...nodeArguments(options), ...transpiling, resolve("run", directory)] };
}

export function nodeArguments(options: RuntimeOptions): string[] {
  return ["--require", packageBin("preload.cjs"), ...options.nodeargs];
}

export function typescriptEnvironment(options: RuntimeOptions): Record<string, string> {
  return {
    PULUMI_NODEJS_TYPESCRIPT: String(options.typescript),
    ...(options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}

/** Finds `@pulumi/pulumi/cmd/<entry>` as the program itself would. */
export function resolveSdk(entry: string, directory: string): string {
  try {
    return require.resolve(`@pulumi/pulumi/cmd/${entry}`, { paths: [directory] });
  } catch (cause) {
    throw new Error(
      `It looks like the Pulumi SDK has not been installed: @pulumi/pulumi is not to be found from ` +
        `${directory}. Have you run npm install or yarn install?`,
      { cause },
    );
  }
}

function flags(request: RunRequest, host: HostArguments): string[] {
  const named: Record<string, string> = {
    monitor: request.getMonitorAddress(),
    engine: host.engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": request.getInfo()?.getRootDirectory() ?? "",
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
    tracing: host.tracing ?? "",
  };
  const args = Object.entries(named)
    .filter(([, value]) => value !== "")
    .flatMap(([key, value]) => [`--${key}`, value]);
  return request.getDryrun() ? ["--dry-run", ...args] : args;
}
