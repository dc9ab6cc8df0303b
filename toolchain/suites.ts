import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { broken, mochaCounts, pytestCounts } from "./counts";
import type { Counts, Ended } from "./counts";
import { readIfPresent } from "./files";
import { landfallPaths, packageRoot } from "./paths";

export interface Suite {
  name: string;
  /** Kinds that scripts/test takes as arguments. */
  kind: "lint" | "typecheck" | "unit" | "engine" | "docker" | "apps" | "package";
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
    mochaSuite("engine", "engine", root, 10 * MINUTE, 300_000),
    mochaSuite("package", "package", root, 10 * MINUTE, 600_000),
    mochaSuite("docker", "docker", root, 20 * MINUTE, 600_000),
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

function appSuites(root: string): Suite[] {
  const apps = path.join(root, "apps");
  if (!fs.existsSync(apps)) return [];
  return fs.readdirSync(apps).flatMap((app): Suite[] => {
    const folder = path.join(apps, app);
    const name = `apps/${app}`;
    if (fs.existsSync(path.join(folder, "requirements-dev.txt"))) {
      return [{ name, kind: "apps", run: (env) => runPytest(name, root, folder, env) }];
    }
    if (fs.existsSync(path.join(folder, "package.json")) && hasTests(path.join(folder, "test"))) {
      return [{ name, kind: "apps", run: (env) => runNodeApp(name, root, folder, env) }];
    }
    return [];
  });
}

async function runNodeApp(
  name: string,
  root: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Counts> {
  const cache = path.join(landfallPaths(root).cache, "npm");
  const flags = ["--cache", cache, "--prefer-offline", "--no-audit", "--no-fund"];
  const lock = readIfPresent(path.join(folder, "package-lock.json")) ?? "";
  const mark = path.join(folder, "node_modules", ".landfall-lock");
  if (readIfPresent(mark) !== digest(lock)) {
    const installed = await execute(["npm", "ci", ...flags], folder, env, 5 * MINUTE);
    if (installed.code !== 0) return broken(name, `npm ci failed (${installed.how})`);
    fs.writeFileSync(mark, digest(lock));
  }
  return runMocha(name, folder, ["test/**/*.test.*"], env, 5 * MINUTE);
}

async function runPytest(
  name: string,
  root: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Counts> {
  const { cache } = landfallPaths(root);
  const venv = path.join(cache, "python", path.basename(folder));
  const python = path.join(venv, "bin", "python");
  const requirements = readIfPresent(path.join(folder, "requirements-dev.txt")) ?? "";
  const mark = path.join(venv, ".landfall-requirements");
  const pythonEnv = {
    ...env,
    PIP_CACHE_DIR: path.join(cache, "pip"),
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PYTHONDONTWRITEBYTECODE: "1",
  };
  if (readIfPresent(mark) !== digest(requirements)) {
    fs.rmSync(venv, { recursive: true, force: true });
    const steps = [
      ["python3", "-m", "venv", venv],
      [python, "-m", "pip", "install", "--quiet", "-r", "requirements-dev.txt"],
    ];
    for (const step of steps) {
      const ended = await execute(step, folder, pythonEnv, 5 * MINUTE);
      if (ended.code === 0) continue;
      const hint = step === steps[0] ? "; on Debian: apt-get install python3-venv" : "";
      return broken(name, `${step.slice(0, 4).join(" ")} failed (${ended.how})${hint}`);
    }
    fs.writeFileSync(mark, digest(requirements));
  }
  const report = path.join(cache, `pytest-${path.basename(folder)}.xml`);
  fs.rmSync(report, { force: true });
  const args = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", `--junitxml=${report}`];
  const ended = await execute(args, folder, pythonEnv, 5 * MINUTE);
  return pytestCounts(name, readIfPresent(report), ended);
}

async function runMocha(
  name: string,
  folder: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  limit: number,
): Promise<Counts> {
  const file = path.join(
    landfallPaths(packageRoot).cache,
    `counts-${name.replaceAll("/", "-")}.json`,
  );
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(file, { force: true });
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

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
