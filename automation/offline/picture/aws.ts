import type { OfflineResource } from "../types";
import { Graph, isOf, kindOf, plural, textOf } from "./model";
import type { Edge, Model, Node, Resources, Zone } from "./model";

/** The picture of a stack on AWS. */
export function awsModel(resources: Resources, title: string): Model {
  const graph = new Graph(resources);
  const [balancer] = graph.ofType("loadBalancer:LoadBalancer");
  const [cdn] = graph.ofType("distribution:Distribution");
  const components = graph.components();
  const nodes: Node[] = [
    { id: "internet", title: "Internet", lines: [], look: "outside" },
    ...(cdn === undefined ? [] : [cdnNode(cdn)]),
    ...(balancer === undefined ? [] : [balancerNode(balancer, graph)]),
    ...components.map((component) => componentNode(component, graph.partsOf(component))),
  ];
  const path = ["internet", ...[cdn, balancer].flatMap((each) => each?.urn ?? [])];
  const [vpc] = graph.ofType("vpc:Vpc");
  return {
    title,
    place: `AWS ${textOf(
      graph.all.find(({ type }) => isOf(type, "AccountCheck")),
      "region",
    )}`.trim(),
    network: vpc === undefined ? "" : `VPC ${textOf(vpc, "cidrBlock")}`,
    zones: zonesOf(graph),
    nodes,
    edges: [
      ...path.slice(1).map((to, index) => ({
        from: path[index] ?? "",
        to,
        label: to === balancer?.urn ? protocolsOf(graph) : "HTTPS",
      })),
      ...components.flatMap((component) => routesTo(component, graph, balancer)),
      ...links(graph),
    ],
    aroundNetwork: new Set(
      components.filter((each) => graph.partsOf(each).every(isOutside)).map(({ urn }) => urn),
    ),
    shared: sharedOf(graph),
  };
}

/** Buckets stand in no network. */
function isOutside({ type }: OfflineResource): boolean {
  return !/:(ecs|rds|elasticache|ec2)\//.test(type);
}

/** How the load balancer is spoken to: without a certificate of its own it is HTTP. */
function protocolsOf(graph: Graph): string {
  const all = graph.ofType("listener:Listener").map((each) => textOf(each, "protocol"));
  return all.includes("HTTPS") ? "HTTPS" : [...new Set(all)].join(", ");
}

function cdnNode(cdn: OfflineResource): Node {
  const aliases = cdn.inputs.aliases;
  const names = Array.isArray(aliases) ? aliases.map(String) : [];
  const lines = [names.length > 0 ? names.join(", ") : "by its own name", "TLS for clients"];
  return { id: cdn.urn, title: "CloudFront", lines, look: "entry" };
}

function balancerNode(balancer: OfflineResource, graph: Graph): Node {
  const listeners = graph
    .ofType("listener:Listener")
    .map((each) => `${textOf(each, "protocol")} ${textOf(each, "port")}`);
  const lines = [textOf(balancer, "name"), listeners.join(", ")];
  return { id: balancer.urn, title: "Load balancer", lines, look: "entry" };
}

function componentNode(component: OfflineResource, parts: readonly OfflineResource[]): Node {
  const first = (end: string) => parts.find(({ type }) => isOf(type, end));
  const service = first("service:Service");
  const definition = first("taskDefinition:TaskDefinition");
  const database = first("instance:Instance");
  const cache = first("replicationGroup:ReplicationGroup");
  const bucket = first("bucket:Bucket");
  const about = { id: component.urn, title: component.name };
  const kind = kindOf(component);
  if (database !== undefined)
    return { ...about, look: "store", lines: [kind, ...databaseLines(database)] };
  if (cache !== undefined) return { ...about, look: "store", lines: [kind, ...cacheLines(cache)] };
  if (service !== undefined) {
    const lines = [kind, tasksOf(service, first("target:Target")), sizeOf(definition)];
    return { ...about, look: "service", lines };
  }
  if (definition !== undefined)
    return {
      ...about,
      look: "task",
      lines: [kind, "a task, when it is needed", sizeOf(definition)],
    };
  return {
    ...about,
    look: bucket === undefined ? "task" : "store",
    lines: [kind, plural(parts.length, "resource")],
  };
}

function tasksOf(service: OfflineResource, scaling: OfflineResource | undefined): string {
  const tasks = plural(Number(textOf(service, "desiredCount")), "task");
  const range = `${textOf(scaling, "minCapacity")}-${textOf(scaling, "maxCapacity")}`;
  return scaling === undefined ? `Fargate, ${tasks}` : `Fargate, ${tasks} (${range} by load)`;
}

function sizeOf(definition: OfflineResource | undefined): string {
  return `${textOf(definition, "cpu")} CPU units, ${textOf(definition, "memory")} MB`;
}

function databaseLines(database: OfflineResource): string[] {
  const standby =
    textOf(database, "multiAz") === "true" ? "standby in another zone" : "in one zone";
  return [
    `${textOf(database, "engine")} ${textOf(database, "engineVersion")}, ${textOf(database, "instanceClass")}`,
    standby,
    `${textOf(database, "backupRetentionPeriod")} days of backups`,
  ];
}

function cacheLines(cache: OfflineResource): string[] {
  const [shards, replicas] = [
    textOf(cache, "numNodeGroups"),
    textOf(cache, "replicasPerNodeGroup"),
  ];
  const nodes =
    shards === ""
      ? plural(Number(textOf(cache, "numCacheClusters")), "node")
      : `${plural(Number(shards), "shard")}, ${plural(Number(replicas), "replica")} each`;
  return [
    `${textOf(cache, "engine")} ${textOf(cache, "engineVersion")}, ${textOf(cache, "nodeType")}`,
    nodes,
  ];
}

function routesTo(
  component: OfflineResource,
  graph: Graph,
  balancer: OfflineResource | undefined,
): Edge[] {
  const rules = graph
    .partsOf(component)
    .filter(({ type }) => isOf(type, "listenerRule:ListenerRule"));
  if (rules.length === 0 || balancer === undefined) return [];
  const group = graph.partsOf(component).find(({ type }) => isOf(type, "targetGroup:TargetGroup"));
  return [{ from: balancer.urn, to: component.urn, label: textOf(group, "port") }];
}

/** Who may reach whom: what the security groups let in. Ids are made of names where there is no provider. */
function links(graph: Graph): Edge[] {
  const groups = new Map(
    graph
      .ofType("securityGroup:SecurityGroup")
      .map((each) => [`${each.name}-id`, graph.ownerOf(each)]),
  );
  const components = new Set(graph.components());
  const found = graph
    .ofType("securityGroupIngressRule:SecurityGroupIngressRule")
    .flatMap((rule) => {
      const from = groups.get(textOf(rule, "referencedSecurityGroupId"));
      const to = groups.get(textOf(rule, "securityGroupId"));
      if (from === undefined || to === undefined || from === to) return [];
      if (!components.has(from) || !components.has(to)) return [];
      return [{ from: from.urn, to: to.urn, label: textOf(rule, "fromPort") }];
    });
  return [...new Map(found.map((edge) => [JSON.stringify(edge), edge])).values()];
}

function zonesOf(graph: Graph): Zone[] {
  const subnets = graph.ofType("subnet:Subnet");
  const names = [...new Set(subnets.map((each) => textOf(each, "availabilityZone")))].sort();
  const isPublic = ({ name }: OfflineResource): boolean => name.includes("-public-");
  const cidrs = (zone: string, open: boolean): string[] =>
    subnets
      .filter((each) => textOf(each, "availabilityZone") === zone && isPublic(each) === open)
      .map((each) => textOf(each, "cidrBlock"));
  return names.map((name) => ({
    name,
    publicSubnets: cidrs(name, true),
    privateSubnets: cidrs(name, false),
  }));
}

function sharedOf(graph: Graph): Model["shared"] {
  const count = (end: string): number => graph.ofType(end).length;
  const names = (end: string): string[] => graph.ofType(end).map(({ name }) => name);
  const endpoints = count("vpcEndpoint:VpcEndpoint");
  const lists: [string, string[]][] = [
    [
      "Ways out",
      [
        plural(count("natGateway:NatGateway"), "NAT gateway"),
        `${plural(endpoints, "endpoint")} of AWS`,
      ],
    ],
    ["Images (ECR)", names("repository:Repository")],
    ["Buckets (S3)", names("bucket:Bucket")],
    ["Keys (KMS)", names("key:Key")],
    [
      "Secrets",
      [
        `${plural(count("secret:Secret"), "secret")} in Secrets Manager`,
        `${plural(count("parameter:Parameter"), "parameter")} in SSM`,
      ],
    ],
    [
      "Watching",
      [
        plural(count("metricAlarm:MetricAlarm"), "alarm"),
        plural(count("logGroup:LogGroup"), "log group"),
        ...names("topic:Topic").map((name) => `topic ${name}`),
      ],
    ],
  ];
  return lists.filter(([, lines]) => lines.length > 0).map(([title, lines]) => ({ title, lines }));
}
