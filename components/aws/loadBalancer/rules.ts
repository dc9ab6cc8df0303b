import * as lb from "@pulumi/aws/lb";
import type * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import type { Problems } from "../../errors";
import type { PublicRoute } from "../../specs";
import type { AwsContext, AwsEdge } from "../context";
import { PerEnvironment } from "../perEnvironment";
import { tagsOf } from "../tags";

/** Path segments that can be told apart, one band of priorities each. */
const DEEPEST = 4;
const BAND = 5000;
/** Values of all conditions of one rule together. */
const MOST_VALUES = 5;

interface Taken extends PublicRoute {
  readonly service: string;
  readonly priority: number;
}

const routesTaken = new PerEnvironment<Taken[]>(() => []);

/**
 * Notes what a load balancer's rules cannot say, and takes each route's place among them.
 * @returns The priorities of the rules, in the order of the routes.
 */
export function claimRoutes(
  context: AwsContext,
  service: string,
  published: readonly PublicRoute[],
  problems: Problems,
): number[] {
  const most = "must be at most five routes on AWS";
  problems.require(published.length <= 5, "exposure.public", most);
  return published.map((route, index) => {
    const at = published.length === 1 ? "exposure.public" : `exposure.public[${index}]`;
    checkRoute(context, route, at, problems);
    return claimPriority(routesTaken.of(context), service, route, at, problems);
  });
}

function checkRoute(
  { settings }: AwsContext,
  route: PublicRoute,
  at: string,
  problems: Problems,
): void {
  const { hosts, pathPrefix } = route;
  const deep = `must have at most ${DEEPEST} segments on AWS`;
  problems.require(depth(route) <= DEEPEST, `${at}.pathPrefix`, deep, pathPrefix);
  // An exact path and what lies below it are two values, and CloudFront's secret header is one where there must be one.
  const origin = settings.cdn ? 1 : 0;
  const left = MOST_VALUES - (pathPrefix === undefined ? 0 : 2) - origin;
  const many = `must be at most ${left} names on AWS: a rule has ${MOST_VALUES} values in all`;
  problems.require((hosts?.length ?? 0) <= left, `${at}.hosts`, many, hosts);
  const ports = settings.publicPorts;
  const listens = `must be a port that the load balancer has (${ports.join(", ")})`;
  problems.require(ports.includes(route.port), `${at}.port`, listens, route.port);
}

/**
 * The more specific first: a host before any host, then the longer path, as the router on Docker does. Among equals the name
 * decides, so that other services' rules do not move when one is added.
 */
function claimPriority(
  taken: Taken[],
  service: string,
  route: PublicRoute,
  at: string,
  problems: Problems,
): number {
  const rival = taken.find((other) => sameRequests(other, route));
  if (rival !== undefined) {
    const rule = `must differ from that of service "${rival.service}": both take ${spoken(route)}`;
    problems.add(at, rule);
    return rival.priority;
  }
  const start = bandOf(route) * BAND + 1;
  const used = taken.filter(({ port }) => port === route.port).map(({ priority }) => priority);
  let offset = hashOf(`${service}\n${spoken(route)}`);
  while (used.includes(start + offset)) offset = (offset + 1) % BAND;
  taken.push({ ...route, service, priority: start + offset });
  return start + offset;
}

function bandOf(route: PublicRoute): number {
  return (route.hosts === undefined ? DEEPEST + 1 : 0) + DEEPEST - depth(route);
}

function depth({ pathPrefix }: PublicRoute): number {
  return pathPrefix?.split("/").filter((segment) => segment !== "").length ?? 0;
}

function hashOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) % BAND;
}

function sameRequests(a: PublicRoute, b: PublicRoute): boolean {
  if (a.port !== b.port || a.pathPrefix !== b.pathPrefix) return false;
  if (a.hosts === undefined || b.hosts === undefined) return a.hosts === b.hosts;
  const names = new Set(a.hosts.map((host) => host.toLowerCase()));
  return b.hosts.some((host) => names.has(host.toLowerCase()));
}

function spoken({ port, hosts, pathPrefix }: PublicRoute): string {
  return `port ${port}, ${hosts?.join(" or ") ?? "any host"}, path ${pathPrefix ?? "/"}`;
}

/** Where a rule sends requests: the second group is the one that a deployment shifts to. */
export interface RuleTargets {
  readonly primary: lb.TargetGroup;
  readonly alternate: lb.TargetGroup | undefined;
}

/** The rule of one route on its listener. */
export function listenerRule(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  name: string,
  edge: AwsEdge,
  listener: lb.Listener,
  rule: { readonly priority: number; readonly route: PublicRoute; readonly targets: RuleTargets },
): lb.ListenerRule {
  const { primary, alternate } = rule.targets;
  return new lb.ListenerRule(
    name,
    {
      listenerArn: listener.arn,
      priority: rule.priority,
      tags: tagsOf(context),
      conditions: [...edge.conditions, ...conditionsOf(rule.route)],
      actions: [
        alternate === undefined
          ? { type: "forward", targetGroupArn: primary.arn }
          : {
              type: "forward",
              forward: {
                targetGroups: [
                  { arn: primary.arn, weight: 100 },
                  { arn: alternate.arn, weight: 0 },
                ],
              },
            },
      ],
    },
    // Which group has the traffic is ECS's to say once it has shifted it.
    { parent, ...(alternate === undefined ? {} : { ignoreChanges: ["actions"] }) },
  );
}

function conditionsOf({ hosts, pathPrefix }: PublicRoute) {
  const paths = pathPrefix === undefined ? [] : [pathPrefix, `${pathPrefix}/*`];
  const all = [
    ...(hosts === undefined ? [] : [{ hostHeader: { values: [...hosts] } }]),
    ...(paths.length === 0 ? [] : [{ pathPattern: { values: paths } }]),
  ];
  return all.length > 0 ? all : [{ pathPattern: { values: ["/*"] } }];
}
