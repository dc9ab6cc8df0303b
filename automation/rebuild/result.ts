/** What an update would do to a service: build its image again, make new containers of the same image, or nothing. */
export type PlanAction = "rebuild" | "restart" | "nothing";

/** Why: the same words for every version, for programs. `text` beside it is for people. */
export type PlanCause =
  /** Asked for with `--rebuild`. */
  | "asked"
  /** The Dockerfile or a file that the builder is sent differs. */
  | "context"
  | "submodule"
  /** A pattern of the config key `rebuild` names a changed file. */
  | "pattern"
  | "image-gone"
  /** The record does not say how the image was made. */
  | "no-source"
  /** What runs is pinned by its id, as after a rollback, and config does not pin it. */
  | "unpinned"
  | "no-release"
  | "no-git"
  | "no-commit"
  | "unknown-commit"
  | "rewritten-history"
  | "git-failed"
  /** The running release was made of a working tree with changes. */
  | "dirty-release"
  | "dirty-tree"
  /** A later update did not end well: what the stack holds is not the release's. */
  | "failed-since"
  /** The stack was updated without Landfall. */
  | "changed-outside"
  /** A mounted file, a model for example, differs. */
  | "delivered-file"
  | "config"
  | "program"
  /** Config names another image. */
  | "image"
  | "pinned"
  | "documents"
  | "unrelated"
  | "unchanged";

export interface PlanReason {
  /** What this reason alone would come to. */
  action: PlanAction;
  cause: PlanCause;
  text: string;
  /** Paths relative to the project's folder, all of them. */
  files?: string[];
}

export interface ServicePlan {
  service: string;
  /** The greatest of its reasons' actions. */
  action: PlanAction;
  reasons: PlanReason[];
  /** Hashes of the Dockerfile and the build context, then and now. `now` is undefined when it cannot be read. */
  context?: { running: string; now?: string };
}

export interface PlanResult {
  stack: string;
  /** The release that runs, and that everything is compared with. */
  release?: number;
  /** Its commit. */
  commit?: string;
  services: ServicePlan[];
  /** What is to be known beside the services. */
  notes: string[];
  durationMs: number;
}

/** What became of a service's image in an update. */
export interface ImageOutcome {
  service: string;
  /** `kept`: not built, because nothing that it is built from has changed. */
  state: "built" | "kept" | "not-built";
  digest: string;
  /** Why it was built though its build context has not changed. */
  reason?: string;
}
