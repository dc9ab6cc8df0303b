import { isExecutable } from "./files";
import type { EngineSource } from "./locate";
import type { LandfallPaths } from "./paths";
import { describeFailure, runCommand } from "./run";
import { unfitEngineVersion } from "./versions";

/** What a step of set-up has to say while it runs. */
export interface Progress {
  step: "lock" | "engine" | "plugins";
  /** One line: what is done now, or the last line of a long build. */
  line: string;
}

export interface EngineOptions {
  paths: LandfallPaths;
  env: NodeJS.ProcessEnv;
  progress: (progress: Progress) => void;
  signal?: AbortSignal;
}

export interface Engine {
  source: EngineSource;
  pulumi: string;
  version: string;
  /** How it was got, where that took long. */
  note?: string;
}

/** Why a way to get an engine did not work out. */
export interface Declined {
  reason: string;
}

/** The version that a binary reports, or why it cannot be asked. */
export async function engineVersion(
  pulumi: string,
  env: NodeJS.ProcessEnv,
): Promise<{ version: string } | Declined> {
  const result = await runCommand(pulumi, ["version"], {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeout: 30_000,
  });
  if (result.code !== 0) return { reason: `${pulumi} version failed (${describeFailure(result)})` };
  return { version: result.stdout.trim().replace(/^v/, "") };
}

/** The engine at a path, when it is there and fits. */
export async function engineAt(
  source: EngineSource,
  pulumi: string,
  options: EngineOptions,
): Promise<Engine | Declined> {
  if (!isExecutable(pulumi)) return { reason: "" };
  const asked = await engineVersion(pulumi, { ...options.env, PULUMI_HOME: options.paths.home });
  if ("reason" in asked) return asked;
  const unfit = unfitEngineVersion(asked.version);
  return unfit === undefined
    ? { source, pulumi, version: asked.version }
    : { reason: `${pulumi}: ${unfit}` };
}
