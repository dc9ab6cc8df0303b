import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";

import { testProject } from "../automation/support";
import type { ProjectOptions, TestProject } from "../automation/support";

const root = resolve(__dirname, "../../..");

/** Needed by the verdict; a program without services has nothing to observe. */
export const services = `exports.services = {}; exports.platform = "docker";`;

/** What a finished command left. */
export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command under way. */
export interface Running {
  child: ChildProcess;
  /** Resolves once stdout holds the text. */
  prints: (text: string | RegExp) => Promise<void>;
  finished: Promise<Finished>;
}

/** A project whose stack `dev` the command line works on, with the checkout's own toolchain. */
export async function cliProject(source: string, options?: ProjectOptions): Promise<TestProject> {
  const project = await testProject(source, options);
  symlinkSync(join(root, ".landfall"), join(project.dir, ".landfall"));
  project.config("dev", {});
  const remove = (): void => {
    // An engine that was cut short may write its last file just now.
    rmSync(project.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  return { ...project, remove };
}

/** Starts bin/landfall.cjs in the project's folder. */
export function start(
  project: Pick<TestProject, "dir" | "env">,
  argv: readonly string[],
  env: Record<string, string> = {},
): Running {
  const child = spawn(process.execPath, [join(root, "bin/landfall.cjs"), ...argv], {
    cwd: project.dir,
    env: { ...project.env, LANG: "C.UTF-8", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output.stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (output.stderr += chunk));
  const finished = once(child, "close").then(([code]): Finished => ({
    code: code as number | null,
    ...output,
  }));
  const prints = async (text: string | RegExp): Promise<void> => {
    const holds = (): boolean =>
      typeof text === "string" ? output.stdout.includes(text) : text.test(output.stdout);
    while (!holds()) {
      assert.equal(child.exitCode, null, `it ended too early:\n${output.stdout}${output.stderr}`);
      await new Promise((wake) => setTimeout(wake, 20));
    }
  };
  return { child, prints, finished };
}

/** Runs bin/landfall.cjs to its end. */
export function landfall(
  project: TestProject,
  argv: readonly string[],
  env?: Record<string, string>,
): Promise<Finished> {
  return start(project, argv, env).finished;
}

/** Runs Node alone, to compare with. */
export async function startNode(argv: readonly string[]): Promise<{ code: number | null }> {
  const [code] = (await once(spawn(process.execPath, argv, { stdio: "ignore" }), "close")) as [
    number | null,
  ];
  return { code };
}

/** The error of a `--json` document. */
export function errorOf({ stdout }: Finished): Record<string, unknown> {
  return (JSON.parse(stdout) as { error: Record<string, unknown> }).error;
}
