import type { PlanReason } from "./result";
import { matcher } from "./patterns";
import type { ServicePatterns } from "./patterns";
import { describe, named } from "./paths";
import type { BuildFacts, StackFacts } from "./types";

/** What changed in a build context. The hash decides; git says which files, where it knows them. */
export function contextReasons(
  build: BuildFacts,
  patterns: ServicePatterns,
  { history }: StackFacts,
): PlanReason[] {
  const changes = history.known ? history.changes : [];
  const inside = changes.filter(({ path }) => build.includes(path));
  return [
    ...hashReasons(
      build,
      patterns,
      inside.map(({ path }) => path),
    ),
    ...inside
      .filter(({ kind }) => kind === "submodule")
      .map(({ path }) =>
        rebuild("submodule", `the submodule ${path} has changed, and is not looked into`, [path]),
      ),
  ];
}

function hashReasons(build: BuildFacts, patterns: ServicePatterns, paths: string[]): PlanReason[] {
  const { now, running, context } = build;
  if ("problem" in now)
    return [rebuild("context", `the build context ${context} cannot be read: ${now.problem}`)];
  if (now.hash === running) return [];
  if (paths.length === 0) {
    return [
      rebuild(
        "context",
        `the build context ${context} has changed in what git does not tell: ignored or untracked files, or modes`,
      ),
    ];
  }
  const text = `the build context ${context} has changed: ${named(paths, (path) => describe(path, build.dockerfile))}`;
  const ignored = paths.filter(matcher(patterns.ignore));
  const hint =
    ignored.length === 0
      ? ""
      : `; \`ignore\` names ${named(ignored)}, but only ${context}/.dockerignore keeps a file out of the image`;
  return [rebuild("context", `${text}${hint}`, paths)];
}

function rebuild(cause: PlanReason["cause"], text: string, files: string[] = []): PlanReason {
  return { action: "rebuild", cause, text, ...(files.length > 0 ? { files } : {}) };
}
