import { join } from "node:path";

import type { Backend } from "../backend";
import { stackPath } from "../backend";
import type { Project } from "../project";
import type { ReleaseStore } from "../release";
import { FileReleaseStore } from "./file";

/**
 * The releases of a stack: beside its state where that is a folder, so that they move and are backed up together;
 * else in the project's own `.landfall`, on this machine alone.
 */
export function releaseStoreOf(backend: Backend, project: Project, stack: string): ReleaseStore {
  const [, name, short] = stackPath(project, stack);
  const base = backend.dir ?? project.dir;
  return new FileReleaseStore(join(base, ".landfall", "releases", name, short));
}
