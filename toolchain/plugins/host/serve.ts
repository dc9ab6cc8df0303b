import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { listenOnLoopback, UNLIMITED } from "../../loopback";
import { Connections, Provider } from "./connections";
import type { Served } from "./connections";
import { Engine } from "./engine";
import type { ProviderService } from "./service";
import type { Plugin } from "./types";

export interface Serving {
  readonly port: number;
  /** Aborts what is in flight, waits for it up to the given time, and closes the server. */
  stop(graceMs?: number): Promise<void>;
}

/** Serves a plugin on a free port of the loopback interface. */
export async function serve(plugin: Plugin, engine = new Engine()): Promise<Serving> {
  const provider = new Provider(plugin, engine);
  return listen(provider.service, [provider]);
}

/**
 * Serves a plugin to whoever connects, to each with a configuration of its own: an engine whose program has several
 * providers of one package starts a process for each, or connects anew for each to what serves already.
 */
export function serveEach(make: () => Plugin): Promise<Serving> {
  return serveConnections(() => new Provider(make(), new Engine()));
}

/** The same for what is no plugin's table. */
export function serveConnections(make: () => Served): Promise<Serving> {
  const connections = new Connections(make);
  return listen(connections.service, connections);
}

async function listen(service: ProviderService, providers: Iterable<Served>): Promise<Serving> {
  const server = new grpc.Server(UNLIMITED);
  server.addService(ResourceProviderService, service);
  const port = await listenOnLoopback(server);
  const stop = async (graceMs = 0): Promise<void> => {
    const deadline = Date.now() + graceMs;
    await Promise.all([...providers].map((provider) => provider.stop(deadline)));
    server.forceShutdown();
  };
  return { port, stop };
}

/** How often a plugin looks whether its engine still listens; whether its parent died it looks more often. */
const watchMs = 5_000;
const parentWatchMs = 500;
/** How long work in flight may take to clean up after itself once nobody waits for its result. */
const orphanGraceMs = 30_000;

/**
 * The plugin's process: serves, prints the port as the engine expects it, and ends when the engine has gone, so
 * that an engine killed half way leaves no plugin behind.
 */
export async function main(
  plugin: Plugin,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  const engine = new Engine(args.find((arg) => !arg.startsWith("-")));
  const serving = await serve(plugin, engine);
  const stop = (exitCode: number): void => {
    void serving.stop(orphanGraceMs).finally(() => process.exit(exitCode));
  };
  // The engine runs each plugin in a process group of its own, so that a terminal's interrupt does not reach it. Its
  // own one says that it is done with us; it waits five seconds for our end.
  process.once("SIGINT", () => {
    stop(0);
  });
  process.once("SIGTERM", () => {
    stop(0);
  });
  watchEngine(engine, () => {
    stop(1);
  });
  process.stdout.write(`${serving.port}\n`);
}

/** A parent that died may have been a shell in between, so that only an engine that is gone counts. */
function watchEngine(engine: Engine, onGone: () => void): void {
  const parent = process.ppid;
  let checkedAt = Date.now();
  const watch = setInterval(() => {
    if (process.ppid === parent && Date.now() - checkedAt < watchMs) return;
    checkedAt = Date.now();
    void engine.alive().then((alive) => {
      if (alive) return;
      clearInterval(watch);
      onGone();
    });
  }, parentWatchMs);
}
