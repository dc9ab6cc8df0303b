import type { PlanReason, ServicePlan } from "./result";
import { contextReasons } from "./context";
import { matcher } from "./patterns";
import { documentsOnly, isUnread, named, stackConfig } from "./paths";
import type { ImageSource, ServiceFacts, StackFacts } from "./types";

/**
 * Says of every service whether its image has to be built again, whether new containers of the same image do, or
 * nothing at all. What an image holds is decided by the hash of its build context; git says which files that was, and
 * what lies outside of contexts. Where something is not known, the answer is the greater one, and says why.
 */
export function decide(facts: StackFacts): ServicePlan[] {
  return facts.services.map((service) => planOf(service, facts));
}

function planOf(service: ServiceFacts, facts: StackFacts): ServicePlan {
  const found = [
    ...(service.asked ? [rebuild("asked", "its build was asked for")] : []),
    ...imageReasons(service),
    ...doubtReasons(service.source, facts),
    ...(service.source.kind === "built"
      ? contextReasons(service.source.build, service.patterns, facts)
      : []),
    ...patternReasons(service, facts),
    ...fileReasons(service),
    ...configReasons(service, facts),
    ...programReasons(service, facts),
  ];
  const reasons = found.length > 0 ? found : [unchanged(service, facts)];
  const { source } = service;
  return {
    service: service.service,
    action: reasons.some(({ action }) => action === "rebuild")
      ? "rebuild"
      : reasons.some(({ action }) => action === "restart")
        ? "restart"
        : "nothing",
    reasons,
    ...(source.kind === "built"
      ? {
          context: {
            running: source.build.running,
            ...("hash" in source.build.now ? { now: source.build.now.hash } : {}),
          },
        }
      : {}),
  };
}

function imageReasons({ source, imagePresent }: ServiceFacts): PlanReason[] {
  const gone = imagePresent === false;
  switch (source.kind) {
    case "built":
      return gone ? [rebuild("image-gone", "the image that runs is not there any more")] : [];
    case "unknown":
      return [rebuild("no-source", "the release's record does not say how its image was made")];
    case "unpinned":
      return [
        rebuild(
          "unpinned",
          "what runs is pinned by its id, as after a rollback; `up` builds the working tree's image again",
        ),
      ];
    case "pinned":
      return source.same
        ? []
        : [restart("image", `config pins another image: ${source.reference}; nothing is built`)];
    case "referenced":
      return gone
        ? [restart("image-gone", `the image ${source.reference} is not there, and is pulled again`)]
        : [];
  }
}

/** What takes the ground from a comparison. Only what is built can be built again for it. */
function doubtReasons(source: ImageSource, facts: StackFacts): PlanReason[] {
  if (source.kind === "unpinned" || source.kind === "unknown") return [];
  const because = source.kind === "built" ? rebuild : restart;
  const { history, doubts, release } = facts;
  // A record holds its config byte by byte, so that it need not be committed to be compared.
  const uncommitted = (history.known ? history.uncommitted : []).filter(
    (path) => !isStackConfig(path),
  );
  const same = contextIsSame(source)
    ? "; the build context is the same as then, so that `up` will build only if it has to"
    : "";
  return [
    ...doubts.map(({ cause, text }) => because(cause, text)),
    ...(history.known ? [] : [because(history.gap, `${history.detail}${same}`)]),
    ...(release?.dirty === true
      ? [
          because(
            "dirty-release",
            `release ${release.number} was made of a working tree with changes that were not committed${same}`,
          ),
        ]
      : []),
    ...(uncommitted.length > 0
      ? [
          because(
            "dirty-tree",
            `the working tree has changes that are not committed: ${named(uncommitted)}${same}`,
            uncommitted,
          ),
        ]
      : []),
  ];
}

const isStackConfig = matcher([stackConfig]);

function contextIsSame(source: ImageSource): boolean {
  return (
    source.kind === "built" &&
    "hash" in source.build.now &&
    source.build.now.hash === source.build.running
  );
}

function patternReasons({ source, patterns }: ServiceFacts, facts: StackFacts): PlanReason[] {
  const [toBuild, toRestart, ignored] = [
    matcher(patterns.rebuild),
    matcher(patterns.restart),
    matcher(patterns.ignore),
  ];
  const counted = changedPaths(facts).filter((path) => !ignored(path));
  const built = source.kind === "built";
  const [building, restarting] = [counted.filter(toBuild), counted.filter(toRestart)];
  const by = (which: string, paths: string[]): string =>
    `\`${which}\` in config names ${named(paths)}`;
  return [
    ...(building.length === 0
      ? []
      : [
          built
            ? rebuild("pattern", by("rebuild", building), building)
            : restart("pattern", `${by("rebuild", building)}; nothing is built`, building),
        ]),
    ...(restarting.length === 0 ? [] : [restart("pattern", by("restart", restarting), restarting)]),
  ];
}

function fileReasons({ files }: ServiceFacts): PlanReason[] {
  return files
    .filter(({ running, now }) => running !== now)
    .map(({ source, now }) =>
      restart(
        "delivered-file",
        now === undefined
          ? `the delivered file ${source} cannot be read: the update would be refused`
          : `the delivered file ${source} has changed; it is mounted and not in the image, so that new containers bring it`,
        [source],
      ),
    );
}

function configReasons({ service, patterns }: ServiceFacts, facts: StackFacts): PlanReason[] {
  const claims = facts.services.map((each): [string, (key: string) => boolean] => [
    each.service,
    matcher(each.patterns.keys),
  ]);
  const own = matcher(patterns.keys);
  const reasons = facts.config.flatMap(({ key, change }): PlanReason[] => {
    if (own(key)) return [restart("config", `config ${key} was ${change}; it is this service's`)];
    if (claims.some(([other, claimed]) => other !== service && claimed(key))) return [];
    return [restart("config", `config ${key} was ${change}: every service that reads it restarts`)];
  });
  return facts.configProblem === undefined
    ? reasons
    : [restart("config", facts.configProblem), ...reasons];
}

/** What the program is made of may change what it asks for; only running it tells. */
function programReasons({ patterns }: ServiceFacts, facts: StackFacts): PlanReason[] {
  const ignored = matcher(patterns.ignore);
  const apart = matcher(facts.apart);
  const paths = changedPaths(facts).filter(
    (path) => !path.startsWith("../") && !apart(path) && !isUnread(path) && !ignored(path),
  );
  const reasons = paths.length === 0 ? [] : [`the program has changed: ${named(paths)}`];
  if (facts.lockfileChanged && paths.length === 0)
    reasons.push("the lockfile of the program's dependencies has changed");
  return reasons.map((text) =>
    restart("program", `${text}; \`landfall preview\` tells what it changes`, paths),
  );
}

function unchanged({ source }: ServiceFacts, facts: StackFacts): PlanReason {
  const since = `since release ${facts.release?.number ?? 0}`;
  const paths = changedPaths(facts);
  if (source.kind === "pinned")
    return nothing("pinned", `config pins the image that runs, ${source.reference}`);
  if (paths.length === 0) return nothing("unchanged", `nothing has changed ${since}`);
  return documentsOnly(paths)
    ? nothing("documents", `only documents have changed ${since}: ${named(paths)}`, paths)
    : nothing(
        "unrelated",
        `what has changed ${since} is neither in its image nor in its containers: ${named(paths)}`,
        paths,
      );
}

function changedPaths({ history }: StackFacts): string[] {
  return history.known ? history.changes.map(({ path }) => path) : [];
}

type Make = (cause: PlanReason["cause"], text: string, files?: readonly string[]) => PlanReason;

const reason =
  (action: PlanReason["action"]): Make =>
  (cause, text, files = []) => ({
    action,
    cause,
    text,
    ...(files.length > 0 ? { files: [...files] } : {}),
  });

const [rebuild, restart, nothing] = [reason("rebuild"), reason("restart"), reason("nothing")];
