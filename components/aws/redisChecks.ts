import { Problems } from "../errors";
import type { RedisSpec } from "../specs";
import { NODE_TYPES, smallestWith } from "./sizes";

/** What ElastiCache is asked for, complete. */
export interface CacheSettings {
  readonly nodeType: string;
  /** Undefined: cluster mode is off. */
  readonly shards: number | undefined;
  readonly replicas: number;
}

/** The most nodes that a cluster has while nobody asks AWS for more. */
const MOST_NODES = 90;

/**
 * Holds a cache against what ElastiCache can do, as a whole and before anything is made.
 * @throws InvalidArgumentsError
 */
export function checkedRedis(spec: RedisSpec): CacheSettings {
  const problems = new Problems(`RedisCache ${JSON.stringify(spec.name)} on AWS`);
  const { shards, replicas = 0 } = spec.aws;
  problems.require(
    spec.image === undefined,
    "image",
    "must not be given on AWS: ElastiCache runs its own",
    spec.image,
  );
  problems.require(
    Number.isInteger(replicas) && replicas >= 0 && replicas <= 5,
    "aws.replicas",
    "must be a whole number from 0 to 5",
    replicas,
  );
  if (shards !== undefined) {
    const whole = Number.isInteger(shards) && shards >= 1 && shards <= MOST_NODES;
    const rule = `must be a whole number from 1 to ${MOST_NODES}`;
    if (problems.require(whole, "aws.shards", rule, shards))
      problems.require(
        shards * (1 + replicas) <= MOST_NODES,
        "aws.shards",
        `must come to at most ${MOST_NODES} nodes with its replicas`,
        `${shards} x ${1 + replicas}`,
      );
  }
  const nodeType = nodeTypeOf(spec, problems);
  problems.throwIfAny();
  return { nodeType, shards, replicas };
}

// A micro node has no room for the links between nodes and for the copy that a new replica is given.
const MICRO = /^cache\.t\d[a-z]*\.micro$/;

function nodeTypeOf({ aws, maxMemoryMb }: RedisSpec, problems: Problems): string {
  const { nodeType, shards } = aws;
  const isFit = (type: string) => shards === undefined || !MICRO.test(type);
  if (nodeType === undefined) {
    const fitting = NODE_TYPES.filter(([type]) => isFit(type));
    const at = { path: "maxMemory", override: "aws.nodeType" };
    return smallestWith(fitting, maxMemoryMb, at, problems);
  }
  const rule = 'must be a node type of ElastiCache, such as "cache.r6g.large"';
  const isType = /^cache\.[a-z][a-z0-9]*\.[a-z0-9]+$/.test(nodeType);
  if (problems.require(isType, "aws.nodeType", rule, nodeType))
    problems.require(
      isFit(nodeType),
      "aws.nodeType",
      "must be cache.t3.small or larger in cluster mode (aws.shards): a micro node cannot take part in one",
      nodeType,
    );
  return nodeType;
}

/** AWS takes 16 to 128 letters of a few kinds. The password is never shown. */
export function authToken(name: string, password: string): string {
  if (/^[A-Za-z0-9!&#$^<>-]{16,128}$/.test(password)) return password;
  const problems = new Problems(`RedisCache ${JSON.stringify(name)} on AWS`);
  problems.add("password", "must have 16 to 128 letters, digits and !&#$^<>-");
  throw problems.error();
}
