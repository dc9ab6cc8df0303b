import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { Script } from "node:vm";
import { load } from "js-yaml";
import { exitCodes } from "../../automation/errors";
import { packageRoot } from "../../toolchain/paths";
import { landfall } from "./cli/fakes";

const FILE = ".github/workflows/deploy.yml";
const text = fs.readFileSync(path.join(packageRoot, FILE), "utf8");

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: { readonly script?: string };
}

interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly environment?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly "timeout-minutes": number;
  readonly steps: readonly Step[];
}

const workflow = load(text) as {
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
};
const jobs = Object.entries(workflow.jobs);
const npmScripts = scriptsOf(path.join(packageRoot, "package.json"));

describe("the workflow from a change to production", () => {
  it("pins every action to a commit, with its version beside it", () => {
    const lines = text.split("\n").filter((line) => /\buses:/.test(line));
    assert.ok(lines.length > 8);
    for (const line of lines)
      assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("holds no key: it reads no secret, and asks AWS by the job's own identity", () => {
    assert.doesNotMatch(text, /secrets\.|aws-access-key-id|aws-secret-access-key|AKIA/i);
    assert.match(text, /role-to-assume: \$\{\{ vars\.AWS_DEPLOY_ROLE_ARN \}\}/);
  });

  it("gives no job a right that it does not need", () => {
    assert.deepEqual(workflow.permissions, {});
    const rights = Object.fromEntries(jobs.map(([name, { permissions }]) => [name, permissions]));
    const read = { contents: "read" };
    assert.deepEqual(rights, {
      test: read,
      plan: read,
      comment: { "pull-requests": "write" },
      staging: { ...read, "id-token": "write" },
      production: { ...read, "id-token": "write" },
    });
    // Who may write runs nothing of a pull request's.
    const { comment } = workflow.jobs;
    assert.ok(
      comment?.steps.every(({ run, uses }) => run === undefined && !/checkout/.test(uses ?? "")),
    );
  });

  it("lets nobody's text into a script", () => {
    for (const [, { steps }] of jobs)
      for (const { run = "" } of steps) assert.doesNotMatch(run, /\$\{\{/);
  });

  it("changes staging only with what is merged and tested, and production only after it, approved", () => {
    const { staging, production } = workflow.jobs;
    assert.match(staging?.if ?? "", /event_name == 'push'/);
    assert.deepEqual([staging?.needs, staging?.environment], ["test", "staging"]);
    assert.deepEqual([production?.needs, production?.environment], ["staging", "production"]);
    assert.match(text, /promote staging production --release "\$RELEASE"/);
  });

  it("ends every job in time", () => {
    for (const [name, job] of jobs) assert.ok(job["timeout-minutes"] <= 90, name);
  });

  it("has scripts that their interpreters can read", () => {
    for (const [name, { steps }] of jobs)
      for (const { run, with: { script } = {} } of steps) {
        if (run !== undefined) {
          const { stderr } = spawnSync("bash", ["-n"], { input: run, encoding: "utf8" });
          assert.equal(stderr, "", name);
        }
        if (script !== undefined) assert.ok(new Script(`async () => {${script}}`), name);
      }
  });

  it("runs scripts and commands that there are, with options that they have", async () => {
    const runs = jobs.flatMap(([, { steps }]) => steps.flatMap(({ run }) => run ?? []));
    const scripts = runs.flatMap((run) =>
      [...run.matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name),
    );
    assert.ok(scripts.length >= 3);
    for (const name of scripts) assert.ok(name in npmScripts, name);
    const commands = runs.flatMap((run) =>
      [...run.matchAll(/npx landfall ([^>|)\n]*)/g)].map(([, line = ""]) => line),
    );
    assert.ok(commands.length >= 5);
    for (const command of commands) {
      const argv = command.trim().split(/\s+/).map(valueOf);
      const { stderr, code } = await landfall(argv);
      assert.ok(code !== exitCodes.usage, `${command}: ${stderr}`);
    }
  });
});

function scriptsOf(file: string): object {
  return (JSON.parse(fs.readFileSync(file, "utf8")) as { scripts: object }).scripts;
}

/** A word of a command line as the shell would give it. */
function valueOf(word: string): string {
  const values: Record<string, string> = { $RELEASE: "7", $stack: "staging" };
  const bare = word.replace(/^"|"$/g, "");
  return values[bare] ?? bare;
}
