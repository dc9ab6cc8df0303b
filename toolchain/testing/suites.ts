import * as fs from "node:fs";
import * as path from "node:path";
import { readIfPresent } from "../files";
import { landfallPaths, packageRoot } from "../paths";
import { broken, mochaCounts, pytestCounts } from "./counts";
import type { Counts, Ended } from "./counts";
import { execute } from "./execute";
import type { Schedulable } from "./schedule";

/** Kinds that scripts/test takes as arguments, in the order in which they begin. */
export const suiteKinds = [
  "lint",
  "typecheck",
  "unit",
  "docker",
  "engine",
  "aws",
  "apps",
  "package",
  "stacks",
] as const;

export type SuiteKind = (typeof suiteKinds)[number];

/** What runs in a process of its own: a test file, or a suite that is not worth dividing. */
export interface Job extends Schedulable {
  kind: SuiteKind;
  /** The test file's path in the repository, or the suite's name. */
  name: string;
  /** File with its output. */
  log: string;
  run: (env: NodeJS.ProcessEnv, signal: AbortSignal) => Promise<Counts>;
}

const MINUTE = 60_000;
const REPORTER = path.join(packageRoot, "scripts", "mocha-reporter.cjs");

interface MochaSuite {
  load: number;
  limitMinutes: number;
  testTimeout: number;
}

/** Suites whose files run as jobs of their own. Docker's wait most of the time: for drains, deadlines, checks, containers. */
const DIVIDED: Record<"docker" | "engine" | "aws" | "stacks", MochaSuite> = {
  docker: { load: 0.66, limitMinutes: 20, testTimeout: 600_000 },
  engine: { load: 1, limitMinutes: 15, testTimeout: 300_000 },
  // On the real engine, against an emulator of AWS's API.
  aws: { load: 1, limitMinutes: 15, testTimeout: 600_000 },
  // The same with whole stacks: AWS's provider waits for databases and distributions as long as on AWS.
  stacks: { load: 0.66, limitMinutes: 40, testTimeout: 900_000 },
};

/** Suites that run only when they are asked for, and why. */
export const ON_DEMAND: Readonly<Partial<Record<SuiteKind, string>>> = {
  stacks:
    "whole stacks on an emulator of AWS: a quarter of an hour of mostly waiting, on a machine that does nothing else",
};

/** Jobs that begin first, for they take longest. Others begin in the order of their names: this is about time alone. */
export const LONGEST: readonly string[] = [
  "test/docker/stack/lifecycle.test.ts",
  "test/docker/features/features.test.ts",
  "test/docker/rollout/rollout.test.ts",
  "test/docker/migrations/migrations.test.ts",
  "test/docker/redaction/redaction.test.ts",
  "test/docker/promote/engines.test.ts",
  "test/docker/promote/promote.test.ts",
  "test/docker/migrations/alembic.test.ts",
  "test/docker/stack/rebuild.test.ts",
  "test/docker/promote/registry.test.ts",
  "test/docker/rollout/faults.test.ts",
  "test/engine/automation/dataLoss.test.ts",
  "package",
];

/** Files that need the machine for themselves, and why. */
export const ALONE: Readonly<Record<string, string>> = {
  "test/docker/automation/gates/slo.test.ts":
    "it tells answers of 15 ms from answers of 12 ms, and others' bursts of work are longer than that",
};

/** All jobs, in the order in which they are to begin: what tells a mistake soonest, then what takes longest. */
export function allJobs(root = packageRoot): Job[] {
  const jobs = [
    command("lint", root, ["npm", "run", "--silent", "lint"]),
    command("typecheck", root, ["npm", "run", "--silent", "typecheck"]),
    mochaJob("unit", "unit", ["test/unit/**/*.test.ts"], root, {
      load: 1,
      limitMinutes: 10,
      testTimeout: 10_000,
    }),
    ...fileJobs("docker", root),
    ...fileJobs("engine", root),
    ...fileJobs("aws", root),
    ...fileJobs("stacks", root),
    ...appJobs(root),
    mochaJob("package", "package", ["test/package/**/*.test.ts"], root, {
      load: 1,
      limitMinutes: 10,
      testTimeout: 600_000,
    }),
  ];
  const rank = ({ kind, name }: Job): number => {
    if (kind === "lint" || kind === "typecheck" || kind === "unit") return -1;
    const place = LONGEST.indexOf(name);
    return place < 0 ? LONGEST.length : place;
  };
  return jobs.sort((a, b) => rank(a) - rank(b));
}

function fileJobs(kind: keyof typeof DIVIDED, root: string): Job[] {
  return testFiles(path.join(root, "test", kind)).map((file) => {
    const name = path.relative(root, file).split(path.sep).join("/");
    return { ...mochaJob(kind, name, [name], root, DIVIDED[kind]), alone: ALONE[name] };
  });
}

/** Each app has a test.sh, which installs what its tests need and ends with mocha or pytest. */
function appJobs(root: string): Job[] {
  const apps = path.join(root, "apps");
  return fs
    .readdirSync(apps)
    .filter((app) => fs.existsSync(path.join(apps, app, "test.sh")))
    .map((app) => {
      const name = `apps/${app}`;
      const log = logFile(name, root);
      return {
        kind: "apps",
        name,
        log,
        load: 1,
        run: (env, signal) => runApp(name, root, log, env, signal),
      };
    });
}

async function runApp(
  name: string,
  root: string,
  log: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Counts> {
  const { cache } = landfallPaths(root);
  const journal = freshFile(`${log}.journal`);
  const pytest = freshFile(`${log}.xml`);
  const appEnv = {
    ...env,
    npm_config_cache: path.join(cache, "npm"),
    PIP_CACHE_DIR: path.join(cache, "pip"),
    MOCHA_OPTIONS: `--reporter ${REPORTER}`,
    LANDFALL_TEST_JOURNAL: journal,
    PYTEST_ADDOPTS: `-p no:cacheprovider --junitxml=${pytest}`,
  };
  const ended = await execute([path.join(root, name, "test.sh")], {
    cwd: root,
    env: appEnv,
    log,
    limitMilliseconds: 10 * MINUTE,
    signal,
  });
  const xml = readIfPresent(pytest);
  return xml === undefined
    ? mochaCounts(name, readIfPresent(journal), ended)
    : pytestCounts(name, xml, ended);
}

function mochaJob(
  kind: SuiteKind,
  name: string,
  files: readonly string[],
  root: string,
  { load, limitMinutes, testTimeout }: MochaSuite,
): Job {
  const log = logFile(name, root);
  const mocha = path.join("node_modules", "mocha", "bin", "mocha.js");
  const options = ["--exit", "--reporter", REPORTER, "--timeout", String(testTimeout)];
  const run = async (env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Counts> => {
    const journal = freshFile(`${log}.journal`);
    const ended: Ended = await execute([process.execPath, mocha, ...options, ...files], {
      cwd: root,
      env: { ...env, LANDFALL_TEST_JOURNAL: journal },
      log,
      limitMilliseconds: limitMinutes * MINUTE,
      signal,
    });
    return mochaCounts(name, readIfPresent(journal), ended);
  };
  return { kind, name, log, load, run };
}

function command(kind: SuiteKind, root: string, args: readonly string[]): Job {
  const log = logFile(kind, root);
  return {
    kind,
    name: kind,
    log,
    load: 1,
    async run(env, signal) {
      const limitMilliseconds = 5 * MINUTE;
      const ended = await execute(args, { cwd: root, env, log, limitMilliseconds, signal });
      if (ended.code !== 0) return broken(kind, `${args.join(" ")} failed (${ended.how})`);
      return { passed: 1, failed: 0, skipped: [], problems: [], times: [] };
    },
  };
}

/** Of the last run; each job has its own. */
function logFile(name: string, root: string): string {
  return path.join(landfallPaths(root).logs, "test", `${name.replaceAll("/", "-")}.log`);
}

/** A file that is about to be written, made sure not to be there yet. */
function freshFile(file: string): string {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(file, { force: true });
  return file;
}

function testFiles(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.test\.[cm]?[jt]s$/.test(file))
    .map((file) => path.join(folder, file))
    .sort();
}
