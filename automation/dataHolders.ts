import type { StateResource, StepMetadata } from "./engine/types";
import { parseUrn } from "./engine/urn";
import type { DataLoss } from "./results";

/** A kind of resource whose deletion or replacement takes data with it. */
interface DataHolder {
  types: readonly string[];
  /** What it holds; undefined where this one holds nothing that could be lost. */
  holds: (resource: StateResource, parents: readonly string[]) => string | undefined;
  /** Whether a step loses it. @default every deletion and replacement does */
  loses?: (step: StepMetadata, resource: StateResource) => boolean;
}

/** The one table of what holds data. What is not in it can be made again from the program. */
const holders: readonly DataHolder[] = [
  {
    types: ["docker:index/volume:Volume"],
    // The router's volume is written anew from the routes.
    holds: (volume) =>
      roleOf(volume) === "router" ? undefined : `the data of ${kindOf(volume)} on a Docker volume`,
  },
  {
    types: ["docker:index/container:Container"],
    holds: (container) =>
      ["postgres", "redis"].includes(roleOf(container) ?? "")
        ? `the data of ${kindOf(container)}`
        : undefined,
    loses: losesVolume,
  },
  {
    types: ["random:index/randomPassword:RandomPassword"],
    holds: (_, parents) =>
      parents.some((urn) => parseUrn(urn).type === "landfall:index:ManagedPostgres")
        ? "the only copy of a database's password"
        : undefined,
    // `keepers` are how a new password is asked for, and the database takes it at its next start.
    loses: ({ op, keys, diffs, detailedDiff }) => {
      const differing = [...(keys ?? []), ...(diffs ?? []), ...Object.keys(detailedDiff ?? {})];
      const asked = differing.length > 0 && differing.every((key) => /^keepers\b/.test(key));
      return op === "delete" || (op !== "update" && !asked);
    },
  },
  always("a database", "aws:rds/instance:Instance", "aws:rds/cluster:Cluster"),
  always("a database", "aws:docdb/cluster:Cluster", "aws:neptune/cluster:Cluster"),
  always("a snapshot of a database", "aws:rds/snapshot:Snapshot"),
  always("a snapshot of a database", "aws:rds/clusterSnapshot:ClusterSnapshot"),
  always("a table's rows", "aws:dynamodb/table:Table"),
  always("a bucket's objects", "aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"),
  always("a disk", "aws:ebs/volume:Volume", "aws:ebs/snapshot:Snapshot"),
  always(
    "a file system",
    "aws:efs/fileSystem:FileSystem",
    "aws:fsx/lustreFileSystem:LustreFileSystem",
  ),
  always("a cache's data", "aws:elasticache/replicationGroup:ReplicationGroup"),
  always("a cache's data", "aws:elasticache/cluster:Cluster"),
  always("an index", "aws:opensearch/domain:Domain"),
  always("messages", "aws:sqs/queue:Queue", "aws:kinesis/stream:Stream"),
  always("users", "aws:cognito/userPool:UserPool"),
  always("a secret", "aws:secretsmanager/secret:Secret"),
  always("the key of everything encrypted by it", "aws:kms/key:Key"),
  always("the images of earlier releases", "aws:ecr/repository:Repository"),
  always("logs", "aws:cloudwatch/logGroup:LogGroup"),
  always("backups", "aws:backup/vault:Vault"),
];

const destructive: readonly string[] = [
  ...["delete", "replace", "create-replacement", "delete-replaced"],
];

/** Resources of a state whose loss would be one of data. */
export function dataHolders(resources: readonly StateResource[]): StateResource[] {
  return resources.filter((resource) => holderOf(resource, resources) !== undefined);
}

/** What an update's steps would lose, one entry for each resource, in the order of the steps. */
export function dataLosses(
  steps: readonly StepMetadata[],
  resources: readonly StateResource[],
): DataLoss[] {
  const found = new Map<string, DataLoss>();
  for (const step of steps) {
    if (found.has(step.urn)) continue;
    // The last step of a replacement does not say what differs; the one that does is there as well.
    const replaced = steps.some(({ urn, op }) => urn === step.urn && op === "replace");
    if (step.op === "delete-replaced" && replaced) continue;
    const loss = first(
      resources.filter(({ urn }) => urn === step.urn),
      (resource) => lossOf(step, resource, resources),
    );
    if (loss !== undefined) found.set(step.urn, loss);
  }
  return [...found.values()];
}

/** What a resource holds, in words; undefined where it holds no data. */
export function dataIn(resource: StateResource, all: readonly StateResource[]): string | undefined {
  return holderOf(resource, all)?.holds;
}

/** What of it was not allowed by name. A component's name allows everything in it. */
export function forbiddenLosses(
  losses: readonly DataLoss[],
  allowed: readonly string[],
): DataLoss[] {
  return losses.filter(({ names }) => !names.some((name) => allowed.includes(name)));
}

function lossOf(
  step: StepMetadata,
  resource: StateResource,
  all: readonly StateResource[],
): DataLoss | undefined {
  const held = holderOf(resource, all);
  // What is retained is only forgotten: it stays where it is.
  if (held === undefined || resource.retainOnDelete === true) return undefined;
  const lost = held.loses?.(step, resource) ?? true;
  const touched =
    destructive.includes(step.op) || (held.loses !== undefined && step.op === "update");
  if (!touched || !lost) return undefined;
  const { urn, type } = resource;
  const { name } = parseUrn(urn);
  const above = ancestors(resource, all).map((parent) => parseUrn(parent).name);
  return {
    ...{ urn, type, name, names: [...new Set([name, ...above])] },
    op: step.op === "delete" ? "delete" : step.op === "update" ? "update" : "replace",
    holds: held.holds,
  };
}

function holderOf(
  resource: StateResource,
  all: readonly StateResource[],
): { holds: string; loses?: DataHolder["loses"] } | undefined {
  const holder = holders.find(({ types }) => types.includes(resource.type));
  const holds = holder?.holds(resource, ancestors(resource, all));
  if (holder === undefined || holds === undefined) return undefined;
  return holder.loses === undefined ? { holds } : { holds, loses: holder.loses };
}

/** URNs of the components that it is in, the nearest first; the stack itself is none. */
function ancestors(resource: StateResource, all: readonly StateResource[]): string[] {
  const found: string[] = [];
  for (let next = resource.parent; next !== undefined && !found.includes(next);) {
    if (parseUrn(next).type === "pulumi:pulumi:Stack") break;
    found.push(next);
    const urn = next;
    next = all.find((each) => each.urn === urn)?.parent;
  }
  return found;
}

/**
 * A server may be made anew over the same volume. With another one, or none, it would start empty; one that never
 * had a volume keeps its data in itself.
 */
function losesVolume({ op, new: next }: StepMetadata, { inputs = {} }: StateResource): boolean {
  const before = volumesOf(inputs);
  if (op === "delete") return before.length === 0;
  if (before.length === 0) return op !== "update";
  const after = volumesOf(next?.inputs ?? inputs);
  return before.some((volume) => !after.includes(volume));
}

/** Its volumes and where they are mounted. */
function volumesOf({ volumes, mounts }: Readonly<Record<string, unknown>>): string[] {
  const mounted = listOf(volumes).map(({ volumeName, hostPath, containerPath }) =>
    JSON.stringify([volumeName ?? hostPath, containerPath]),
  );
  const more = listOf(mounts).map(({ source, target }) => JSON.stringify([source, target]));
  return [...mounted, ...more];
}

function roleOf({ inputs }: StateResource): string | undefined {
  const role = listOf(inputs?.labels).find(({ label }) => label === "landfall.role");
  return typeof role?.value === "string" ? role.value : undefined;
}

function kindOf(resource: StateResource): string {
  const kinds: Record<string, string> = { postgres: "Postgres", redis: "Redis" };
  return kinds[roleOf(resource) ?? ""] ?? "a container";
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value)
    ? value.filter(
        (each): each is Record<string, unknown> => typeof each === "object" && each !== null,
      )
    : [];
}

function always(holds: string, ...types: string[]): DataHolder {
  return { types, holds: () => holds };
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
