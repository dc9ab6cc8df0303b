import { join } from "node:path";

import { locate, stackPath } from "../backend";
import type { Backend } from "../backend";
import { ConfigError } from "../errors";
import type { Project } from "../project";
import type { ReleaseStore } from "../release";
import type { ConfigValue } from "../workspace";
import { FileReleaseStore } from "./file";
import { S3ReleaseStore } from "./s3";

/** Config key of a stack whose releases are kept elsewhere than beside its state. */
export const storeKey = "landfall:releaseStore";

export interface StoreChoice {
  backend: Backend;
  project: Project;
  stack: string;
  /** The stack's config as it is written. */
  config: Readonly<Record<string, ConfigValue>>;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * The releases of a stack: where its config says; else beside its state where that is a folder or a bucket, so that
 * they move and are backed up together; else in the project's own `.landfall`, on this machine alone.
 * @throws ConfigError when the config's URL leads nowhere
 */
export function releaseStoreOf(choice: StoreChoice): ReleaseStore {
  const { project, stack } = choice;
  const { bucket, dir = project.dir } = placeOf(choice);
  const [, name, short] = stackPath(project, stack);
  return bucket === undefined
    ? new FileReleaseStore(join(dir, ".landfall", "releases", name, short))
    : new S3ReleaseStore(bucket, `.landfall/releases/${name}/${short}/`);
}

function placeOf({ backend, project, config, env }: StoreChoice): Backend {
  const { [storeKey]: set } = config;
  if (set === undefined || (set.value === "" && !set.secret)) return backend;
  try {
    if (set.value === undefined) throw new Error("must be a plain value, not a secret");
    if (set.value === backend.url) return backend;
    const place = locate(set.value, project.dir, env);
    if (place.dir === undefined && place.bucket === undefined) {
      throw new Error("must be a file:// or an s3:// URL");
    }
    return place;
  } catch (error) {
    const message = error instanceof Error ? error.message : "is invalid";
    throw new ConfigError([{ path: storeKey, message }], { cause: error });
  }
}
