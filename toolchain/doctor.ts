import * as fs from "node:fs";
import * as path from "node:path";
import { messageOf } from "./files";
import { checkDocker } from "./doctorDocker";
import type { DockerInfo } from "./doctorDocker";
import { checkCaBundle, checkDisk, checkGo, checkNode } from "./doctorHost";
import { PLUGIN_NAMES, locateToolchain } from "./locate";
import type { Toolchain } from "./locate";
import { isAlive, readLock } from "./lock";
import { landfallPaths } from "./paths";
import { whoHolds } from "./ports";
import type { PortSources } from "./ports";

/** One finding about this machine. */
export interface Check {
  name: string;
  status: "ok" | "warn" | "fail";
  detail: string;
  /** What to do about it. */
  fix?: string;
}

export interface DoctorOptions {
  /** @default process.env */
  env?: NodeJS.ProcessEnv;
  /** Ports that a deployment wants to bind on the Docker host. @default none */
  ports?: readonly { port: number; address?: string; name: string }[];
  /** Asks the Docker daemon; for tests. */
  docker?: () => Promise<DockerInfo>;
  /** Where the check of ports looks; for tests. */
  portSources?: Partial<PortSources>;
  /** Node's version; for tests. */
  nodeVersion?: string;
}

const GIB = 1024 ** 3;

/** Looks at everything that a deployment from this machine needs. Never throws for what it finds; changes nothing. */
export async function diagnose(root: string, options: DoctorOptions = {}): Promise<Check[]> {
  const env = options.env ?? process.env;
  const base = landfallPaths(root).base;
  const found = locate(root, env);
  const building = found === undefined;
  const [docker, ports] = await Promise.all([
    guarded("docker", () => checkDocker(env, options.docker)),
    guarded("ports", () => checkPorts(options)),
  ]);
  return [
    checkNode(options.nodeVersion ?? process.version),
    ...checkToolchain(found),
    ...(building ? await guarded("go", async () => [await checkGo(env)]) : []),
    ...docker,
    ...(await guarded("disk", () =>
      Promise.resolve([
        checkDisk("disk of .landfall", fs.existsSync(base) ? base : root, {
          warn: (building ? 6 : 2) * GIB,
          fail: (building ? 4 : 0.5) * GIB,
        }),
      ]),
    )),
    ...ports,
    checkCaBundle(env),
    ...checkLocks(landfallPaths(root).locks),
  ];
}

function locate(root: string, env: NodeJS.ProcessEnv): Toolchain | Error | undefined {
  try {
    return locateToolchain(root, env);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function checkToolchain(found: Toolchain | Error | undefined): Check[] {
  if (found instanceof Error) {
    return [
      {
        name: "engine",
        status: "fail",
        detail: found.message,
        fix: "Install the project's packages.",
      },
    ];
  }
  if (found === undefined) {
    return [
      {
        name: "engine",
        status: "warn",
        detail: "the engine is not set up, or PATH or LANDFALL_TOOLCHAIN have changed since",
        fix: "Run `landfall up`: it finds, downloads or builds it.",
      },
    ];
  }
  const plugins = PLUGIN_NAMES.map((name): Check => {
    const { kind, version } = found.plugins[name];
    const note = found.notes.find((line) => line.startsWith(`plugin ${name} `));
    return {
      name: `plugin ${name}`,
      status: "ok",
      detail: note?.replace(`plugin ${name} `, "") ?? `${version}: ${kind}`,
    };
  });
  const why = found.notes.filter((line) => !/^(plugin|engine) /.test(line));
  return [
    {
      name: "engine",
      status: "ok",
      detail: [`pulumi ${found.version} (${found.source}) at ${found.pulumi}`, ...why].join("; "),
    },
    ...plugins,
  ];
}

async function checkPorts(options: DoctorOptions): Promise<Check[]> {
  return Promise.all(
    (options.ports ?? []).map(async ({ port, address, name }): Promise<Check> => {
      const title = `port ${port} (${name})`;
      const holder = await whoHolds(port, address, options.portSources);
      if (holder === undefined) return { name: title, status: "ok", detail: "free" };
      const who = holder.kind === "container" ? `container ${holder.name}` : describe(holder);
      const project = holder.labels?.["landfall.project"];
      if (project !== undefined) {
        const stack = holder.labels?.["landfall.stack"] ?? "?";
        return { name: title, status: "ok", detail: `published by ${who} of ${project}/${stack}` };
      }
      return {
        name: title,
        status: "fail",
        detail: `held by ${who}`,
        fix: `Stop it, or choose another ${name} port in the stack's config.`,
      };
    }),
  );
}

function describe({ name, pid }: { name: string; pid?: number }): string {
  return pid === undefined ? name : `process ${pid} (${name})`;
}

function checkLocks(folder: string): Check[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith(".lock"))
    .map((file): Check => {
      const name = `lock ${file}`;
      const owner = readLock(path.join(folder, file));
      if (owner === undefined) {
        return {
          name,
          status: "warn",
          detail: `${path.join(folder, file)} cannot be read`,
          fix: "Remove it when no set-up is running.",
        };
      }
      const who = `process ${owner.pid} (${owner.purpose})`;
      return isAlive(owner)
        ? { name, status: "ok", detail: `held by ${who}` }
        : {
            name,
            status: "warn",
            detail: `left behind by ${who}, which is gone`,
            fix: "Nothing: the next set-up takes it over.",
          };
    });
}

async function guarded(name: string, checks: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await checks();
  } catch (error) {
    return [{ name, status: "fail", detail: `could not be checked: ${messageOf(error)}` }];
  }
}
