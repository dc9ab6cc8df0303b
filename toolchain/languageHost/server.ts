import type { ChildProcess } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import { UNLIMITED } from "../loopback";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import * as langproto from "@pulumi/pulumi/proto/language_pb";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { version } from "@pulumi/pulumi/version";
import type { Children, Exit } from "./children";
import { installCommand, programDependencies } from "./dependencies";
import { parseRuntimeOptions } from "./options";
import { pluginCommand } from "./plugin";
import { BAIL_EXIT_CODE, programCommand } from "./program";
import type { HostArguments } from "./program";
import type { WarmProgram } from "./warm";
import { startProviders, USED_PROVIDERS, usedProviders, usedProvidersFile } from "./providers";

export interface LanguageHost extends Partial<HostArguments> {
  /** Gives the engine what a program prints. @default the program prints where this process does, which is the engine's pipe */
  relay?: (child: ChildProcess, engineAddress: string) => Promise<void>;
  /** A process that waits to become the program. @default one is started when the engine asks for it */
  warm?: WarmProgram;
}

/**
 * The engine's language runtime for Node. What a method leaves out (code generation) answers UNIMPLEMENTED,
 * which the engine takes as "this host cannot do that".
 */
export function languageServer(host: LanguageHost, children: Children): grpc.Server {
  const engines = new Map<string, string>();
  const handlers: grpc.UntypedServiceImplementation = {
    handshake: unary<"handshake">((call) => {
      engines.set(call.getPeer(), call.request.getEngineAddress());
      return new langproto.LanguageHandshakeResponse();
    }),
    // Plugins are looked up when a resource of theirs is registered: what lies in node_modules is not what a
    // program uses, and demanding all of it fails where downloads are closed.
    getRequiredPlugins: unary<"getRequiredPlugins">(
      () => new langproto.GetRequiredPluginsResponse(),
    ),
    getRequiredPackages: unary<"getRequiredPackages">(
      () => new langproto.GetRequiredPackagesResponse(),
    ),
    getPluginInfo: unary<"getPluginInfo">(() => new PluginInfo().setVersion(version)),
    runtimeOptionsPrompts: unary<"runtimeOptionsPrompts">(
      () => new langproto.RuntimeOptionsResponse(),
    ),
    about: unary<"about">(() =>
      new langproto.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
    ),
    getProgramDependencies: unary<"getProgramDependencies">(({ request }) => {
      const directory = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
      return new langproto.GetProgramDependenciesResponse().setDependenciesList(
        programDependencies(directory, request.getTransitivedependencies()).map((dependency) =>
          new langproto.DependencyInfo().setName(dependency.name).setVersion(dependency.version),
        ),
      );
    }),
    run: unary<"run">((call) => {
      const engineAddress = engines.get(call.getPeer()) ?? host.engineAddress ?? "";
      return run(call, { ...host, engineAddress }, children);
    }),
    cancel: unary<"cancel">(async () => {
      await children.stopAll();
      return new Empty();
    }),
    installDependencies: streaming<"installDependencies">((call) => install(call, children)),
    runPlugin: streaming<"runPlugin">((call) => runPlugin(call, children)),
  };
  const server = new grpc.Server(UNLIMITED);
  server.addService(LanguageRuntimeService, handlers);
  return server;
}

async function run(
  call: grpc.ServerUnaryCall<langproto.RunRequest, langproto.RunResponse>,
  host: LanguageHost & HostArguments,
  children: Children,
): Promise<langproto.RunResponse> {
  const { request } = call;
  if (request.getAttachDebugger()) {
    throw new Error(
      "--attach-debugger is not supported by this language host: " +
        "set runtime.options.nodeargs: --inspect-brk in Pulumi.yaml instead",
    );
  }
  const used = usedProvidersFile(request);
  const command = programCommand(request, host);
  if (used !== undefined) command.env[USED_PROVIDERS] = used;
  const output = host.relay === undefined ? "inherit" : "pipe";
  const { child, exit } =
    host.warm?.take(command) ?? children.start(command, ["ignore", output, output]);
  const relayed = host.relay?.(child, host.engineAddress);
  const needed = new AbortController();
  const started = startProviders(request.getMonitorAddress(), usedProviders(used), needed.signal);
  call.on("cancelled", () => {
    children.stop(child);
  });
  const ended = await exit;
  if ("signal" in ended || ended.code !== 0) needed.abort();
  // The engine is not to be left in the middle of one, nor without the last words.
  await Promise.all([started, relayed]);
  return runResponse(ended);
}

/** What the engine is told about a program's end. */
export function runResponse(exit: Exit): langproto.RunResponse {
  const response = new langproto.RunResponse();
  if ("signal" in exit) return response.setError(`Program exited unexpectedly: ${exit.signal}`);
  if (exit.code === BAIL_EXIT_CODE) return response.setBail(true);
  if (exit.code === 0) return response;
  return response.setError(`Program exited with non-zero exit code: ${exit.code}`);
}

async function install(
  call: grpc.ServerWritableStream<
    langproto.InstallDependenciesRequest,
    langproto.InstallDependenciesResponse
  >,
  children: Children,
): Promise<void> {
  const info = call.request.getInfo();
  const directory = info?.getProgramDirectory() ?? call.request.getDirectory();
  const { packagemanager } = parseRuntimeOptions(info?.getOptions()?.toJavaScript() ?? {});
  const command = { ...installCommand(directory, packagemanager), cwd: directory, env: {} };
  call.write(
    new langproto.InstallDependenciesResponse().setStdout(
      Buffer.from(`Installing dependencies: ${command.file} ${command.args.join(" ")}\n`),
    ),
  );
  const { child, exit } = children.start(command, ["ignore", "pipe", "pipe"]);
  call.on("cancelled", () => {
    children.stop(child);
  });
  child.stdout?.on("data", (data: Buffer) =>
    call.write(new langproto.InstallDependenciesResponse().setStdout(data)),
  );
  child.stderr?.on("data", (data: Buffer) =>
    call.write(new langproto.InstallDependenciesResponse().setStderr(data)),
  );
  const ended = await exit;
  if (!("code" in ended) || ended.code !== 0) {
    throw new Error(`${command.file} install in ${directory} failed (${JSON.stringify(ended)})`);
  }
}

async function runPlugin(
  call: grpc.ServerWritableStream<langproto.RunPluginRequest, langproto.RunPluginResponse>,
  children: Children,
): Promise<void> {
  const { child, exit } = children.start(pluginCommand(call.request), ["ignore", "pipe", "pipe"]);
  call.on("cancelled", () => {
    children.stop(child);
  });
  child.stdout?.on("data", (data: Buffer) =>
    call.write(new langproto.RunPluginResponse().setStdout(data)),
  );
  child.stderr?.on("data", (data: Buffer) =>
    call.write(new langproto.RunPluginResponse().setStderr(data)),
  );
  const ended = await exit;
  call.write(new langproto.RunPluginResponse().setExitcode("code" in ended ? ended.code : -1));
}

type Method = Exclude<keyof ILanguageRuntimeServer & string, number>;
type Unary<M extends Method> =
  ILanguageRuntimeServer[M] extends grpc.handleUnaryCall<infer Q, infer S> ? [Q, S] : never;
type Streaming<M extends Method> =
  ILanguageRuntimeServer[M] extends grpc.handleServerStreamingCall<infer Q, infer S>
    ? [Q, S]
    : never;

function unary<M extends Method>(
  answer: (
    call: grpc.ServerUnaryCall<Unary<M>[0], Unary<M>[1]>,
  ) => Unary<M>[1] | Promise<Unary<M>[1]>,
): grpc.handleUnaryCall<Unary<M>[0], Unary<M>[1]> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => answer(call))
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(status(error));
        },
      );
  };
}

function streaming<M extends Method>(
  answer: (call: grpc.ServerWritableStream<Streaming<M>[0], Streaming<M>[1]>) => Promise<void>,
): grpc.handleServerStreamingCall<Streaming<M>[0], Streaming<M>[1]> {
  return (call) => {
    answer(call).then(
      () => {
        call.end();
      },
      (error: unknown) => {
        call.emit("error", status(error));
      },
    );
  };
}

function status(error: unknown): Partial<grpc.StatusObject> {
  const message = error instanceof Error ? error.message : String(error);
  return { code: grpc.status.UNKNOWN, details: message };
}
