import type { ServicePatterns } from "./patterns";

/** A path that differs between the running release's commit and the working tree, relative to the project's folder. */
export interface ChangedFile {
  path: string;
  kind: "file" | "submodule";
}

/** Why the difference since the running release cannot be told. */
export type HistoryGap =
  "no-release" | "no-git" | "no-commit" | "unknown-commit" | "rewritten-history" | "git-failed";

/** The working tree against the commit of the running release. */
export type History =
  | {
      known: true;
      changes: readonly ChangedFile[];
      /** Files under version control that differ from HEAD. */
      uncommitted: readonly string[];
    }
  | { known: false; gap: HistoryGap; detail: string };

/** How the image of a service comes about, as far as it is known without running the program. */
export type ImageSource =
  /** It is built from the working tree. */
  | { kind: "built"; build: BuildFacts }
  /** Config pins it now; nothing is built. */
  | { kind: "pinned"; same: boolean; reference: string }
  /** What runs is pinned, and config does not pin it any more. */
  | { kind: "unpinned" }
  /** The program names an image that exists. */
  | { kind: "referenced"; reference: string }
  /** The record says nothing of it. */
  | { kind: "unknown" };

export interface BuildFacts {
  /** Its folder, relative to the project's. */
  context: string;
  dockerfile: string;
  /** Hash of the Dockerfile and the context when what runs was built. */
  running: string;
  /** The same hash of the working tree. */
  now: { hash: string } | { problem: string };
  /** Whether the builder is sent this path, relative to the project's folder; true of the Dockerfile. */
  includes: (path: string) => boolean;
}

export interface DeliveredFacts {
  /** The local file, relative to the project's folder. */
  source: string;
  running: string;
  /** SHA-256 of the file as it is; undefined where it cannot be read. */
  now?: string;
}

export interface ServiceFacts {
  service: string;
  source: ImageSource;
  /** Whether the platform still has the image; undefined where it could not be asked. */
  imagePresent?: boolean;
  files: readonly DeliveredFacts[];
  patterns: ServicePatterns;
  /** Whether a build was asked for by name. */
  asked: boolean;
}

/** Everything that the decision depends on. */
export interface StackFacts {
  /** The release that runs. */
  release?: { number: number; dirty: boolean };
  /** Why the record of that release may not be what the stack holds. */
  doubts: readonly { cause: "failed-since" | "changed-outside"; text: string }[];
  history: History;
  /** Config keys that differ, without their values. `owner` names the one service that reads it, where that is known. */
  config: readonly { key: string; change: "added" | "removed" | "changed" }[];
  /** Why the running release's config cannot be compared. */
  configProblem?: string;
  /** Whether the lockfile that fixes the program's dependencies has changed. */
  lockfileChanged: boolean;
  /** Folders of all build contexts, config files of stacks: what is not part of the program. */
  apart: readonly string[];
  services: readonly ServiceFacts[];
}
