import { Children } from "./languageHost/children";
import { relayOutput } from "./languageHost/relay";
import { languageServer } from "./languageHost/server";
import { WarmProgram } from "./languageHost/warm";
import type { ExpectedProgram } from "./languageHost/warm";
import type { Attachable } from "./locate";
import { listenOnLoopback } from "./loopback";
import type { Place } from "./plugins/docker/place";
import { isPackageOf } from "./plugins/dynamic/handlers";

export interface AttachOptions extends Attachable {
  /** The program that the engine is about to run. @default it runs none, or it is not known */
  program?: ExpectedProgram;
  /** Where the engine will have its plugins work. @default not known: the `docker` plugin is left to the engine */
  directory?: string;
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
  { languageHost, random, docker, dynamic, program, directory }: AttachOptions,
  env: Readonly<Record<string, string>>,
): Promise<Attached> {
  const host = (): Promise<Server> => hostOf(env, program);
  const place = directory === undefined ? undefined : { directory, env };
  const kinds: Kind[] = [
    { variable: LANGUAGES, name: "nodejs", start: languageHost && host },
    { variable: PROVIDERS, name: "random", start: random && randomProvider },
    {
      variable: PROVIDERS,
      name: "docker",
      start: docker && place && (() => dockerProvider(place)),
    },
    {
      variable: PROVIDERS,
      name: "pulumi-nodejs",
      start: dynamic && place && isPackageOf(place.directory) && (() => dynamicProvider(place)),
    },
  ];
  const started = kinds.map(async ({ variable, name, start }) => {
    if (!start || env[variable] !== undefined) return undefined;
    // Where no port can be had, the engine starts its own.
    const server = await start().catch(() => undefined);
    return server && { variable, address: `${name}:${server.port}`, server };
  });
  const served = (await Promise.all(started)).filter((each) => each !== undefined);
  const addresses = (wanted: string) =>
    served.flatMap(({ variable, address }) => (variable === wanted ? [address] : [])).join(",");
  return {
    env: Object.fromEntries(served.map(({ variable }) => [variable, addresses(variable)] as const)),
    async close() {
      await Promise.all(served.map(({ server }) => server.close()));
    },
  };
}

const LANGUAGES = "PULUMI_DEBUG_LANGUAGES";
const PROVIDERS = "PULUMI_DEBUG_PROVIDERS";

interface Kind {
  variable: string;
  name: string;
  start: (() => Promise<Server>) | false | undefined;
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

/** How long work that nobody waits for any more may take to clean up after itself, before the engine's run is over. */
const GRACE_MS = 30_000;

async function dockerProvider(place: Place): Promise<Server> {
  const [{ serveEach }, { dockerPlugin }] = await Promise.all([
    import("./plugins/host"),
    import("./plugins/docker"),
  ]);
  const serving = await serveEach(() => dockerPlugin(place));
  return { port: serving.port, close: () => serving.stop(GRACE_MS) };
}

async function dynamicProvider(place: Place): Promise<Server> {
  const [{ serveConnections }, { DynamicProvider }] = await Promise.all([
    import("./plugins/host"),
    import("./plugins/dynamic"),
  ]);
  const serving = await serveConnections(() => new DynamicProvider(place));
  return { port: serving.port, close: () => serving.stop(GRACE_MS) };
}

async function randomProvider(): Promise<Server> {
  const [{ serve }, { randomPlugin }] = await Promise.all([
    import("./plugins/host"),
    import("./plugins/random"),
  ]);
  const serving = await serve(randomPlugin);
  return { port: serving.port, close: () => serving.stop() };
}
