import * as elasticache from "@pulumi/aws/elasticache";
import type * as pulumi from "@pulumi/pulumi";
import { shortName } from "../naming";
import type { RedisSpec, StoreDeployment } from "../specs";
import { transformed } from "../transform";
import type { AwsContext } from "./context";
import { stackName } from "./context";
import type { CacheSettings } from "./redisChecks";
import { authToken, checkedRedis } from "./redisChecks";
import { securityGroup } from "./securityGroup";
import { tagsOf } from "./tags";

const PORT = 6379;

/** Ids of replication groups are shorter than other names. */
const LONGEST_ID = 40;

/** A version that AWS has, and the family of its settings. */
const VERSIONS: Readonly<Record<string, { readonly engine: string; readonly family: string }>> = {
  "6": { engine: "6.2", family: "redis6.x" },
  "7": { engine: "7.1", family: "redis7" },
};

/** Redis on ElastiCache: one primary with its replicas, or, in cluster mode, several, each with a share of the keys. */
export function redis(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: RedisSpec,
): StoreDeployment {
  const settings = checkedRedis(spec);
  const { name, transform } = spec;
  const id = shortName(LONGEST_ID, context.project, context.stack, name);
  const opts = { parent, dependsOn: [context.admission] };
  const group = securityGroup(context, parent, name, `cache ${name}`);
  const subnets = new elasticache.SubnetGroup(
    `${name}-subnets`,
    {
      description: `Private subnets of ${stackName(context)}`,
      subnetIds: [...context.network.privateSubnetIds],
      tags: tagsOf(context),
    },
    opts,
  );
  const parameters = createParameters(context, parent, spec, settings);
  const args: elasticache.ReplicationGroupArgs = {
    replicationGroupId: id,
    description: stackName(context, name),
    engine: "redis",
    engineVersion: VERSIONS[spec.version]?.engine ?? spec.version,
    nodeType: settings.nodeType,
    ...nodesOf(settings),
    port: PORT,
    subnetGroupName: subnets.name,
    securityGroupIds: [group.id],
    parameterGroupName: parameters.name,
    transitEncryptionEnabled: true,
    transitEncryptionMode: "required",
    authToken: spec.password.apply((password) => authToken(name, password)),
    // Consumers have the former one until they are replaced: it stays valid until the next change.
    authTokenUpdateStrategy: "ROTATE",
    atRestEncryptionEnabled: true,
    kmsKeyId: context.key.arn,
    // A cache that is saved to disk elsewhere is saved every day here; what is not, is not.
    snapshotRetentionLimit: spec.savePoints.length > 0 ? 1 : 0,
    snapshotWindow: "03:00-04:00",
    maintenanceWindow: "sun:04:00-sun:05:00",
    autoMinorVersionUpgrade: true,
    // What an update says that it has done is done, and the next one does not find it undone.
    applyImmediately: true,
    tags: tagsOf(context, stackName(context, name)),
  };
  const replicationGroup = new elasticache.ReplicationGroup(
    `${name}-nodes`,
    transformed(args, transform.replicationGroup),
    // Its id is fixed: two of them cannot be there at once.
    { ...opts, deleteBeforeReplace: true },
  );
  const isCluster = settings.shards !== undefined;
  return {
    host: isCluster
      ? replicationGroup.configurationEndpointAddress
      : replicationGroup.primaryEndpointAddress,
    port: PORT,
    permission: { ingress: [{ securityGroupId: group.id, port: PORT }] },
    nodes: nodeNames(id, settings),
    tls: true,
    env: isCluster ? { REDIS_MODE: "cluster" } : {},
    ready: [replicationGroup],
  };
}

/** With a replica, a primary that fails is replaced by it; in cluster mode AWS wants that in any case. */
function nodesOf({ shards, replicas }: CacheSettings): Partial<elasticache.ReplicationGroupArgs> {
  const multiAzEnabled = replicas > 0;
  if (shards === undefined)
    return {
      numCacheClusters: 1 + replicas,
      automaticFailoverEnabled: replicas > 0,
      multiAzEnabled,
    };
  return {
    clusterMode: "enabled",
    numNodeGroups: shards,
    replicasPerNodeGroup: replicas,
    automaticFailoverEnabled: true,
    multiAzEnabled,
  };
}

/** As ElastiCache calls them: by number, and in cluster mode by that of their shard before it. */
function nodeNames(id: string, { shards, replicas }: CacheSettings): string[] {
  const numbers = Array.from({ length: 1 + replicas }, (_, index) => padded(index + 1, 3));
  if (shards === undefined) return numbers.map((number) => `${id}-${number}`);
  return Array.from({ length: shards }, (_, shard) =>
    numbers.map((number) => `${id}-${padded(shard + 1, 4)}-${number}`),
  ).flat();
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, "0");
}

function createParameters(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  { name, version, evictionPolicy }: RedisSpec,
  { shards }: CacheSettings,
): elasticache.ParameterGroup {
  return new elasticache.ParameterGroup(
    `${name}-parameters`,
    {
      family: VERSIONS[version]?.family ?? `redis${version}`,
      description: `Settings of ${stackName(context, name)}`,
      parameters: [
        { name: "maxmemory-policy", value: evictionPolicy },
        { name: "cluster-enabled", value: shards === undefined ? "no" : "yes" },
      ],
      tags: tagsOf(context),
    },
    { parent, dependsOn: [context.admission] },
  );
}
