import * as pulumi from "@pulumi/pulumi";
import { InvalidArgumentsError } from "../../../../components";
import type { PostgresSpec, RedisSpec } from "../../../../components/specs";

/** A database as platforms see it, for rules that need no engine. */
export function postgresSpec(given: Partial<PostgresSpec> = {}): PostgresSpec {
  return {
    name: "db",
    version: "15",
    image: undefined,
    database: "app",
    user: "app",
    password: pulumi.output("generated"),
    memoryMb: 512,
    maxConnections: undefined,
    settings: {},
    deletionProtection: true,
    transform: {},
    aws: {},
    ...given,
  };
}

/** A cache as platforms see it. */
export function redisSpec(given: Partial<RedisSpec> = {}): RedisSpec {
  return {
    name: "cache",
    version: "7",
    image: undefined,
    password: pulumi.output("generated"),
    maxMemoryMb: 256,
    evictionPolicy: "allkeys-lru",
    savePoints: [],
    transform: {},
    aws: {},
    ...given,
  };
}

/** What is refused, each mistake as `path: rule, got …`; empty when nothing is. */
export function mistakesOf(check: () => unknown): string[] {
  try {
    check();
  } catch (error) {
    if (!(error instanceof InvalidArgumentsError)) throw error;
    return error.problems.map(
      ({ path, rule, received }) =>
        `${path}: ${rule}${received === undefined ? "" : `, got ${received}`}`,
    );
  }
  return [];
}
