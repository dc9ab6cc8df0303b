import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, statSync } from "node:fs";
import { relative, isAbsolute } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

import { packageBin, packageRoot } from "../../toolchain/paths";
import { LandfallError } from "../errors";
import type { OperationContext } from "../operation";
import type { OfflineAnswer, OfflineRequest } from "./types";

/** Longest that a program may take to describe its resources, in milliseconds. */
const longestMs = 120_000;

/**
 * Runs the program in a process of its own, that has no credentials.
 *
 * @throws LandfallError `config` or `program`
 */
export async function runOffline(
  context: OperationContext,
  request: OfflineRequest,
  env: Readonly<Record<string, string>>,
): Promise<Extract<OfflineAnswer, { ok: true }>> {
  context.check();
  const args = [
    packageBin("offline.cjs"),
    ...(needsTypeScript(request.program) ? ["typescript"] : []),
  ];
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(longestMs)]);
  const child = spawn(process.execPath, args, {
    cwd: request.dir,
    env: withoutCredentials(env),
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    signal,
    killSignal: "SIGKILL",
  });
  const ended = once(child, "close");
  const [stdin, stdout, stderr, answer] = child.stdio;
  // A child that is gone before it has read everything says so by its answer.
  stdin.on("error", () => undefined);
  stdin.end(JSON.stringify(request));
  for (const stream of [stdout, stderr])
    createInterface(stream).on("line", (message) => {
      context.emit({ kind: "diagnostic", severity: "info", ephemeral: false, message });
    });
  const [answered] = await Promise.all([text(answer as Readable), ended]).catch(
    (cause: unknown) => {
      context.check();
      const limit = signal.aborted ? ` within ${longestMs / 1000} s` : "";
      throw new LandfallError("program", `the program did not come to an end${limit}`, { cause });
    },
  );
  context.check();
  return read(answered);
}

function read(answered: string): Extract<OfflineAnswer, { ok: true }> {
  if (answered === "")
    throw new LandfallError("program", "the program ended its process before it was done");
  const answer = JSON.parse(answered) as OfflineAnswer;
  if (answer.ok) return answer;
  throw new LandfallError(answer.kind, answer.message);
}

/** Our own checkout is transpiled by bin/load.cjs; JavaScript needs nothing. */
function needsTypeScript(program: string): boolean {
  const from = relative(packageRoot, program);
  const own = !from.startsWith("..") && !isAbsolute(from) && !/node_modules/.test(from);
  if (own && existsSync(`${packageRoot}/tsconfig.json`)) return false;
  if (/\.[cm]?ts$/.test(program)) return true;
  return (
    existsSync(program) &&
    statSync(program).isDirectory() &&
    !readdirSync(program).includes("index.js")
  );
}

/** Regions are no secrets, and a program may need one. */
const harmless = ["AWS_REGION", "AWS_DEFAULT_REGION"];
const credentials =
  /^(AWS_|PULUMI_ACCESS_TOKEN$|PULUMI_CONFIG_PASSPHRASE|FLY_API_TOKEN$|DOCKER_AUTH_CONFIG$)/;

function withoutCredentials(env: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(env).filter(
    ([name]) => harmless.includes(name) || !credentials.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    // Whoever asks the instance for some gets none.
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_CONFIG_FILE: "/dev/null",
  };
}
