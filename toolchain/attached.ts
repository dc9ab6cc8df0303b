import { Children } from "./languageHost/children";
import { relayOutput } from "./languageHost/relay";
import { languageServer } from "./languageHost/server";
import { WarmProgram } from "./languageHost/warm";
import type { ExpectedProgram } from "./languageHost/warm";
import type { Attachable } from "./locate";
import { listenOnLoopback } from "./loopback";

export interface AttachOptions extends Attachable {
  /** The program that the engine is about to run. @default it runs none, or it is not known */
  program?: ExpectedProgram;
}

export interface Attached {
  /** What the engine finds them by. */
  env: Record<string, string>;
  /** Ends the programs that still run, and the servers. */
  close(): Promise<void>;
}

interface Server {
  port: number;
  close(): Promise<void>;
}

/**
 * Serves within this process, for one run of the engine, what it would start by itself. It starts two language hosts, one
 * after the other, before a program begins: most of half a second, and as much of a processor's time.
 * @param env The engine's environment, which its programs get. Where somebody debugs a server of their own, it stays theirs.
 */
export async function attach(
  { languageHost, random, program }: AttachOptions,
  env: Readonly<Record<string, string>>,
): Promise<Attached> {
  const host = (): Promise<Server> => hostOf(env, program);
  const kinds = [
    { variable: "PULUMI_DEBUG_LANGUAGES", name: "nodejs", wanted: languageHost, start: host },
    { variable: "PULUMI_DEBUG_PROVIDERS", name: "random", wanted: random, start: randomProvider },
  ].filter(({ variable, wanted }) => wanted && env[variable] === undefined);
  // Where no port can be had, the engine starts its own.
  const started = kinds.map(({ start }) => start().catch(() => undefined));
  const servers = await Promise.all(started);
  const found = kinds.flatMap(({ variable, name }, index) => {
    const server = servers[index];
    return server === undefined ? [] : [[variable, `${name}:${server.port}`] as const];
  });
  return {
    env: Object.fromEntries(found),
    async close() {
      await Promise.all(servers.flatMap((server) => server?.close() ?? []));
    },
  };
}

async function hostOf(
  env: Readonly<Record<string, string>>,
  program: ExpectedProgram | undefined,
): Promise<Server> {
  const children = new Children({ env, detached: true });
  const warm = program && WarmProgram.begin(children, program, env);
  const server = languageServer({ relay: relayOutput, env, ...(warm && { warm }) }, children);
  const close = async (): Promise<void> => {
    await children.stopAll();
    server.forceShutdown();
  };
  try {
    return { port: await listenOnLoopback(server), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function randomProvider(): Promise<Server> {
  const [{ serve }, { randomPlugin }] = await Promise.all([
    import("./plugins/host"),
    import("./plugins/random"),
  ]);
  const serving = await serve(randomPlugin);
  return { port: serving.port, close: () => serving.stop() };
}
