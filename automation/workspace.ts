import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

import { Stack } from "@pulumi/pulumi/automation";
import type { Deployment, EngineEvent } from "@pulumi/pulumi/automation";

import { readIfPresent } from "../toolchain/files";
import type { Backend } from "./backend";
import { readCheckpoint } from "./engine/checkpoint";
import { EngineCommand } from "./engine/command";
import type { EngineRun } from "./engine/command";
import { mending } from "./engine/sidecars";
import { readState } from "./engine/state";
import type { StackState } from "./engine/state";
import { Remembered } from "./engine/remembered";
import { beyondPlan, beyondPlanError } from "./oversight";
import type { Oversight } from "./oversight";
import { configFileOf, projectText, shortStackName } from "./project";
import type { Project } from "./project";
import { localWorkspace } from "./localWorkspace";
import type { EngineSettings } from "./localWorkspace";
import { initKeepingConfig } from "./workingConfig";

export interface RunOptions {
  parallel?: number;
  message?: string;
  refresh?: boolean;
  /** URNs of resources to make again though they have not changed. */
  replace?: string[];
  /** Config file to take instead of the stack's own. */
  configFile?: string;
  /** Folders of policy packs to ask. */
  policyPacks?: string[];
  onEvent: (event: EngineEvent) => void;
}

export interface ConfigValue {
  value?: string;
  objectValue?: unknown;
  secret: boolean;
}

/** What the engine made of config files: to read one is a start of the engine, 0.2 s of a processor's time. */
const configs = new Remembered<Record<string, ConfigValue>>(64);

/** Longest time for a command that only reads the state, in milliseconds. */
const readTimeoutMs = 120_000;

/**
 * One stack of one project, as one operation works with it. Nothing is selected: selecting writes into a file
 * that operations side by side would share, so every command names its stack.
 */
export class StackWorkspace {
  private oversight: Oversight | undefined;

  private constructor(
    readonly project: Project,
    readonly stack: string,
    private readonly settings: EngineSettings,
    private readonly backend: Backend,
    private readonly engine: Stack,
  ) {}

  static async open(
    project: Project,
    stack: string,
    given: EngineSettings,
    backend: Backend,
  ): Promise<StackWorkspace> {
    const settings = { ...given, ...mending(backend.dir, project.name, shortStackName(stack)) };
    const workspace = await localWorkspace(project.dir, settings);
    workspace.selectStack = () => Promise.resolve();
    // After an update the automation API asks for the outputs twice; the state that is exported anyway has them.
    workspace.stackOutputs = () => Promise.resolve({});
    const engine = await Stack.select(stack, workspace);
    // Nor is the history needed unless an event was lost: `lastUpdate` reads it then.
    engine.info = () => Promise.resolve(undefined);
    return new StackWorkspace(project, stack, settings, backend, engine);
  }

  /** The engine's version. */
  get version(): string {
    return this.settings.version;
  }

  /** The same stack without the operation's signal, for what has to be read after it was cancelled. */
  async withoutSignal(): Promise<StackWorkspace> {
    const signal = AbortSignal.timeout(readTimeoutMs);
    return StackWorkspace.open(
      this.project,
      this.stack,
      { ...this.settings, signal },
      this.backend,
    );
  }

  /** The same stack, which a second signal stops as well. */
  async stoppedBy(signal: AbortSignal): Promise<StackWorkspace> {
    const either = AbortSignal.any([this.settings.signal, signal]);
    return StackWorkspace.open(
      this.project,
      this.stack,
      { ...this.settings, signal: either },
      this.backend,
    );
  }

  /** @throws LandfallError `beyond_plan` when it does what it is not held to */
  async up(options: RunOptions): Promise<void> {
    const { planned, policyPacks = [] } = this.oversight ?? {};
    const packs = policyPacks.length > 0 ? { policyPacks } : {};
    const all = { ...packs, ...this.withConfig(options), userAgent: "landfall" };
    if (planned === undefined) {
      await this.engine.up(all);
      return;
    }
    // Further steps of a rollout, and the way back, are no part of the plan.
    this.oversight = { policyPacks };
    await this.upAsPlanned(all, planned);
  }

  /** Holds the updates that follow to policies and to a plan. */
  oversee(oversight: Oversight): void {
    this.oversight = oversight;
  }

  private async upAsPlanned(
    options: RunOptions,
    planned: ReadonlyMap<string, string>,
  ): Promise<void> {
    const stop = new AbortController();
    const beyond: string[] = [];
    const onEvent = (event: EngineEvent): void => {
      options.onEvent(event);
      const step = event.resourcePreEvent?.metadata;
      const found = step && beyondPlan(planned, step);
      if (found === undefined) return;
      beyond.push(found);
      stop.abort();
    };
    const workspace = await this.stoppedBy(stop.signal);
    await workspace.engine.up({ ...options, onEvent }).catch((error: unknown) => {
      throw beyond.length > 0 ? beyondPlanError(beyond, error) : error;
    });
    // It may have ended before it could be stopped.
    if (beyond.length > 0) throw beyondPlanError(beyond, undefined);
  }

  async preview(options: RunOptions): Promise<void> {
    await this.engine.preview({ ...this.withConfig(options), userAgent: "landfall" });
  }

  async refresh(
    options: RunOptions & { dryRun: boolean; clearPendingCreates: boolean },
  ): Promise<void> {
    const { dryRun, refresh: _, ...rest } = options;
    await this.engine.refresh({
      ...this.withConfig(rest),
      previewOnly: dryRun,
      userAgent: "landfall",
    });
  }

  async destroy(
    options: RunOptions & { dryRun: boolean; excludeProtected: boolean },
  ): Promise<void> {
    const { dryRun, ...rest } = options;
    await this.engine.destroy({
      ...this.withConfig(rest),
      previewOnly: dryRun,
      userAgent: "landfall",
    });
  }

  /** Makes the stack, with its secrets provider as the project or the environment says. */
  async create(): Promise<void> {
    const init = (): Promise<EngineRun> =>
      this.pulumi(["stack", "init", this.stack, "--no-select"]);
    await initKeepingConfig(this.project, this.stack, init);
  }

  /** The state with its secrets decrypted. */
  async state(): Promise<StackState> {
    return readState((await this.checkpoint()) ?? (await this.engine.exportStack()).deployment);
  }

  private checkpoint(): Promise<unknown> {
    const { project, settings, backend } = this;
    if (backend.dir === undefined) return Promise.resolve(undefined);
    const stack = shortStackName(this.stack);
    const place = { dir: backend.dir, project: project.name, stack, cwd: project.dir };
    return readCheckpoint({ ...place, env: settings.env });
  }

  /** The state with its secrets encrypted, to be given back to {@link importRaw}. */
  async exportRaw(): Promise<Deployment> {
    const { stdout } = await this.pulumi(["stack", "export", "--stack", this.stack]);
    return JSON.parse(stdout) as Deployment;
  }

  async importRaw(file: string): Promise<void> {
    await this.pulumi(["stack", "import", "--file", file, "--stack", this.stack]);
  }

  /** Config by key as it is written in a file, secrets left out: without the engine, which refuses a wrong one. */
  async writtenConfig(configFile?: string): Promise<Record<string, ConfigValue> | undefined> {
    const folder = dirname(configFile ?? configFileOf(this.project, this.stack));
    const workspace = await localWorkspace(folder, this.settings);
    const short = shortStackName(this.stack);
    if (!existsSync(join(folder, `Pulumi.${short}.yaml`))) return undefined;
    const { config = {} } = await workspace.stackSettings(short);
    return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, written(value)]));
  }

  /** Config by key, decrypted; defaults of the project are not in it. */
  async config(configFile?: string): Promise<Record<string, ConfigValue>> {
    const { configFile: file } = this.withConfig({ configFile });
    const from = file === undefined ? [] : ["--config-file", file];
    const args = ["config", "--json", "--show-secrets", "--stack", this.stack, ...from];
    const read = async (): Promise<Record<string, ConfigValue>> =>
      JSON.parse((await this.pulumi(args)).stdout) as Record<string, ConfigValue>;
    const texts = this.configTexts(file);
    // A copy: it may be changed.
    return texts === undefined ? read() : structuredClone(await configs.get(texts, read));
  }

  /** All that a config file's values depend on; undefined where that is not to be had here. */
  private configTexts(file = configFileOf(this.project, this.stack)): unknown[] | undefined {
    const text = readIfPresent(file);
    // An environment of Pulumi's service is somewhere else, and changes there.
    if (text === undefined || /^environment:/m.test(text)) return undefined;
    const { project, stack, settings } = this;
    return [stack, project.dir, text, projectText(project), settings.env];
  }

  /** The newest entry of the engine's own history. */
  async lastUpdate(): Promise<
    { version: number; result: string; resourceChanges?: Record<string, number> } | undefined
  > {
    const [last] = await this.engine.history(1, 1, false);
    return (
      last && { version: last.version, result: last.result, resourceChanges: last.resourceChanges }
    );
  }

  /** The newest update in the engine's own history, previews, refreshes and the like left out. */
  async lastDeploy(): Promise<
    { result: string; startTime: string; config: Record<string, ConfigValue> } | undefined
  > {
    const newest = await this.engine.history(10, 1, false);
    const last = newest.find(({ kind }) => kind === "update");
    if (last === undefined) return undefined;
    const config = Object.entries(last.config).map(([key, { value, secret }]) => {
      return [key, { value, secret: secret === true }] as const;
    });
    return {
      result: last.result,
      startTime: new Date(last.startTime).toISOString(),
      config: Object.fromEntries(config),
    };
  }

  async cancelUpdate(): Promise<void> {
    await this.engine.cancel();
  }

  async unprotectAll(): Promise<void> {
    await this.pulumi(["state", "unprotect", "--all", "--yes", "--stack", this.stack]);
  }

  async removeStack(): Promise<void> {
    await this.pulumi(["stack", "rm", "--yes", "--preserve-config", this.stack]);
  }

  /** Names of all stacks of the project. */
  async stackNames(): Promise<string[]> {
    const { stdout } = await this.pulumi(["stack", "ls", "--json"]);
    return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
  }

  /** The engine takes the project's own file by itself; a copy must be named to it. */
  private withConfig<T extends { configFile?: string }>(options: T): T {
    const copy = configFileOf(this.project, this.stack);
    if (this.project.ownConfigFolder === undefined || !existsSync(copy)) return options;
    return { ...options, configFile: options.configFile ?? copy };
  }

  private async pulumi(args: string[]): Promise<EngineRun> {
    return new EngineCommand(this.settings).run(args, this.project.dir, {});
  }
}

function written(value: unknown): ConfigValue {
  if (typeof value !== "object" || value === null) {
    return { secret: false, value: typeof value === "string" ? value : JSON.stringify(value) };
  }
  if ("secure" in value) return { secret: true };
  return { secret: false, objectValue: value, value: JSON.stringify(value) };
}
