import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation";
import { SemVer } from "semver";

import type { Attachable } from "../toolchain/locate";
import type { ExpectedProgram } from "../toolchain/languageHost/warm";
import { EngineCommand } from "./engine/command";

/** How the engine is started for one operation. */
export interface EngineSettings {
  binary: string;
  version: string;
  /** The engine's whole environment. */
  env: Readonly<Record<string, string>>;
  /** What of the engine's own processes this one may be. */
  attachable?: Attachable;
  /** The project's program, where it is known what will run it. */
  program?: ExpectedProgram;
  /** What has to be done before each start. @default nothing */
  before?: () => Promise<void>;
  signal: AbortSignal;
  interruptAfterMs: number;
  killAfterMs: number;
}

/** The engine's own view of a folder with a project. */
export function localWorkspace(dir: string, settings: EngineSettings): Promise<LocalWorkspace> {
  const command = new EngineCommand(settings);
  // The class's own factory would start the engine once more, with this process's environment, for its version.
  const pulumiCommand = Object.assign(Object.create(PulumiCommand.prototype) as PulumiCommand, {
    command: settings.binary,
    version: new SemVer(settings.version),
    run: command.run.bind(command),
  });
  return LocalWorkspace.create({ workDir: dir, pulumiCommand });
}
