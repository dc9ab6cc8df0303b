import dockerignore from "@balena/dockerignore";
import { z } from "zod";

/** Entry of the config whose patterns hold for every service. */
const everyService = "*";

const globs = z
  .array(z.string().min(1, "must not be empty").max(1000), "must be a list of patterns")
  .optional();

const patternsOfService = z.strictObject(
  {
    /** Files outside of the build context whose change means that the image is built again. */
    rebuild: globs,
    /** Files whose change means new containers of the same image. */
    restart: globs,
    /** Files that none of the rules is to look at. What is in an image counts all the same. */
    ignore: globs,
    /** Config keys that are this service's: their change does not concern the others. */
    keys: globs,
  },
  "must hold rebuild, restart, ignore or keys",
);

/**
 * The config key `rebuild`: patterns by service, and under `*` for all of them. Patterns are written as in a
 * `.dockerignore`, relative to the project's folder: `shared`, `*.proto`, `!shared/README.md`.
 */
export const rebuildConfig = z.record(
  z.string().regex(/^(\*|[A-Za-z][\w-]{0,62})$/, "must be a service's name or *"),
  patternsOfService,
  "must map services to their patterns",
);

export type RebuildConfig = z.infer<typeof rebuildConfig>;

/** One service's patterns, those for every service among them. */
export interface ServicePatterns {
  rebuild: readonly string[];
  restart: readonly string[];
  ignore: readonly string[];
  keys: readonly string[];
}

/** The patterns that hold for a service. */
export function patternsFor(service: string, config: RebuildConfig): ServicePatterns {
  const [all, own] = [config[everyService] ?? {}, config[service] ?? {}];
  const both = (name: keyof ServicePatterns): string[] => [
    ...(all[name] ?? []),
    ...(own[name] ?? []),
  ];
  return {
    rebuild: both("rebuild"),
    restart: both("restart"),
    ignore: both("ignore"),
    keys: [...(own.keys ?? [])],
  };
}

/** Which paths a list of patterns names, by the rules of `.dockerignore`. */
export function matcher(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const named = dockerignore().add([...patterns]);
  return (path) => named.ignores(path);
}
