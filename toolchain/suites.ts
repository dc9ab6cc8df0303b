import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { broken, mochaCounts, pytestCounts } from "./counts";
import type { Counts, Ended } from "./counts";
import { readIfPresent } from "./files";
import { landfallPaths, packageRoot } from "./paths";

export interface Suite {
  name: string;
  /** Kinds that scripts/test takes as arguments. */
  kind: "lint" | "typecheck" | "unit" | "engine" | "aws" | "docker" | "apps" | "package";
  run: (env: NodeJS.ProcessEnv) => Promise<Counts>;
}

const MINUTE = 60_000;
const REPORTER = path.join(packageRoot, "scripts", "mocha-reporter.cjs");

/** All suites in the order in which they run: quick ones first. */
export function allSuites(root = packageRoot): Suite[] {
  return [
    command("lint", "lint", root, ["npm", "run", "--silent", "lint"]),
    command("typecheck", "typecheck", root, ["npm", "run", "--silent", "typecheck"]),
    mochaSuite("unit", "unit", root, 5 * MINUTE, 10_000),
    ...appSuites(root),
    mochaSuite("engine", "engine", root, 20 * MINUTE, 300_000),
    mochaSuite("aws", "aws", root, 20 * MINUTE, 600_000),
    mochaSuite("package", "package", root, 10 * MINUTE, 600_000),
    mochaSuite("docker", "docker", root, 45 * MINUTE, 600_000),
  ].filter((suite) => suite !== undefined);
}

function mochaSuite(
  name: string,
  kind: Suite["kind"],
  root: string,
  limit: number,
  testTimeout: number,
): Suite | undefined {
  const folder = path.join(root, "test", name);
  if (!hasTests(folder)) return undefined;
  return {
    name,
    kind,
    run: (env) =>
      runMocha(
        name,
        root,
        ["--timeout", String(testTimeout), `test/${name}/**/*.test.ts`],
        env,
        limit,
      ),
  };
}

/** Each app has a test.sh, which installs what its tests need and ends with mocha or pytest. */
function appSuites(root: string): Suite[] {
  const apps = path.join(root, "apps");
  if (!fs.existsSync(apps)) return [];
  return fs
    .readdirSync(apps)
    .filter((app) => fs.existsSync(path.join(apps, app, "test.sh")))
    .map((app) => ({
      name: `apps/${app}`,
      kind: "apps",
      run: (env) => runApp(`apps/${app}`, root, env),
    }));
}

async function runApp(name: string, root: string, env: NodeJS.ProcessEnv): Promise<Counts> {
  const { cache } = landfallPaths(root);
  const mocha = countsFile(name);
  const pytest = `${mocha}.xml`;
  fs.rmSync(pytest, { force: true });
  const appEnv = {
    ...env,
    npm_config_cache: path.join(cache, "npm"),
    PIP_CACHE_DIR: path.join(cache, "pip"),
    MOCHA_OPTIONS: `--reporter ${REPORTER}`,
    LANDFALL_TEST_COUNTS: mocha,
    PYTEST_ADDOPTS: `-p no:cacheprovider --junitxml=${pytest}`,
  };
  const ended = await execute([path.join(root, name, "test.sh")], root, appEnv, 10 * MINUTE);
  const xml = readIfPresent(pytest);
  return xml === undefined
    ? mochaCounts(name, readIfPresent(mocha), ended)
    : pytestCounts(name, xml, ended);
}

/** The file that takes a suite's counts, made sure not to be there yet. */
function countsFile(name: string): string {
  const { cache } = landfallPaths(packageRoot);
  const file = path.join(cache, `counts-${name.replaceAll("/", "-")}.json`);
  fs.mkdirSync(cache, { recursive: true });
  fs.rmSync(file, { force: true });
  return file;
}

async function runMocha(
  name: string,
  folder: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  limit: number,
): Promise<Counts> {
  const file = countsFile(name);
  const mocha = path.join("node_modules", "mocha", "bin", "mocha.js");
  const ended = await execute(
    [process.execPath, mocha, "--exit", "--reporter", REPORTER, ...args],
    folder,
    { ...env, LANDFALL_TEST_COUNTS: file },
    limit,
  );
  return mochaCounts(name, readIfPresent(file), ended);
}

function command(name: string, kind: Suite["kind"], root: string, args: string[]): Suite {
  return {
    name,
    kind,
    async run(env) {
      const ended = await execute(args, root, env, 5 * MINUTE);
      if (ended.code !== 0) return broken(name, `${args.join(" ")} failed (${ended.how})`);
      return { passed: 1, failed: 0, skipped: [], problems: [] };
    },
  };
}

/** Runs a command with its output on ours; killed with all its children when it takes too long. */
function execute(
  [file = "", ...args]: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  limit: number,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd,
      env,
      stdio: ["ignore", "inherit", "inherit"],
      detached: true,
    });
    let how: string | undefined;
    const kill = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    };
    const timer = setTimeout(() => {
      how = `no end within ${limit / MINUTE} minutes`;
      kill();
    }, limit);
    process.once("exit", kill);
    const end = (code: number | undefined, text: string): void => {
      clearTimeout(timer);
      process.removeListener("exit", kill);
      resolve({ code: how === undefined ? code : undefined, how: how ?? text });
    };
    child.once("error", (error) => {
      end(undefined, error.message);
    });
    child.once("close", (code, signal) => {
      end(code ?? undefined, signal ?? `exit code ${String(code)}`);
    });
  });
}

function hasTests(folder: string): boolean {
  if (!fs.existsSync(folder)) return false;
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .some((file) => /\.test\.[cm]?[jt]s$/.test(file));
}
