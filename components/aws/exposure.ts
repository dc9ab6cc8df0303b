import type * as ec2 from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";
import type * as lb from "@pulumi/aws/lb";
import type { PublicRoute, ServiceSpec } from "../specs";
import type { AwsContext, AwsEdge } from "./context";
import { listenerRule } from "./loadBalancer/rules";
import type { RuleTargets } from "./loadBalancer/rules";
import { targetGroup } from "./loadBalancer/targetGroup";
import type { GrantedRole } from "./roles";
import { role } from "./roles";
import { connection } from "./securityGroup";

/** How the outside reaches a service. */
export interface Exposed {
  readonly edge: AwsEdge;
  /** One group for each rule, and another one where traffic is shifted between two. */
  readonly targets: readonly RuleTargets[];
  readonly rules: readonly lb.ListenerRule[];
  /** By which ECS shifts traffic; undefined where it shifts none. */
  readonly shifter: GrantedRole | undefined;
  readonly ready: readonly pulumi.Resource[];
  readonly url: pulumi.Output<string>;
}

/** Target groups, rules and the way from the load balancer, of a service that is public. */
export function exposed(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: ServiceSpec,
  group: ec2.SecurityGroup,
  { priorities, shifting }: { readonly priorities: readonly number[]; readonly shifting: boolean },
): Exposed | undefined {
  const [first] = spec.published;
  if (first === undefined) return undefined;
  const subject = `service ${JSON.stringify(spec.name)}`;
  const edge = context.edge({ subject, responseTimeoutMs: spec.responseTimeoutMs });
  const planned = spec.published.map((route, index) => ({
    route,
    listener: listenerOf(edge, route),
    priority: priorities[index] ?? 0,
  }));
  const groupNamed = (name: string) => targetGroup(context, parent, spec, name);
  const suffix = (index: number) => (index === 0 ? "" : `-${index}`);
  // The first group of a route is the same for every strategy: changing the strategy moves no task.
  const targets: RuleTargets[] = planned.map((_, index) => ({
    primary: groupNamed(`${spec.name}${suffix(index)}`),
    alternate: shifting ? groupNamed(`${spec.name}${suffix(index)}-alternate`) : undefined,
  }));
  const rules = targets.flatMap((own, index) => {
    const plan = planned[index];
    if (plan === undefined) return [];
    const { route, listener, priority } = plan;
    const rule = { priority, route, targets: own };
    return [
      listenerRule(context, parent, `${spec.name}-rule${suffix(index)}`, edge, listener, rule),
    ];
  });
  const ready = connection(parent, `${spec.name}-from-edge`, {
    from: edge.securityGroup.id,
    to: group.id,
    port: spec.port,
    description: `load balancer to ${spec.name}`,
  });
  const shifter = shifting ? shiftingRole(context, parent, spec.name, targets, rules) : undefined;
  return { edge, targets, rules, shifter, ready, url: urlOf(context, edge, first) };
}

function listenerOf(edge: AwsEdge, { port }: PublicRoute): lb.Listener {
  const listener = edge.listeners.get(port);
  // The checks have seen to it.
  if (listener === undefined) throw new Error(`the load balancer has no listener for port ${port}`);
  return listener;
}

/** What ECS needs to move traffic between this service's groups, and nothing of others'. */
function shiftingRole(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  name: string,
  targets: readonly RuleTargets[],
  rules: readonly lb.ListenerRule[],
): GrantedRole {
  const groups = targets.flatMap(({ primary, alternate }) =>
    [primary, alternate].flatMap((each) => (each === undefined ? [] : [each.arn])),
  );
  const api = (action: string) => `elasticloadbalancing:${action}`;
  return role(context, parent, `${name}-shift`, "ecs.amazonaws.com", [
    {
      sid: "LookAtLoadBalancer",
      // AWS knows these for `*` only; they tell and change nothing.
      actions: [
        "DescribeListeners",
        "DescribeRules",
        "DescribeTargetGroups",
        "DescribeTargetHealth",
      ].map(api),
      resources: ["*"],
    },
    {
      sid: "MoveTraffic",
      actions: [api("ModifyRule")],
      resources: rules.map(({ arn }) => arn),
    },
    {
      sid: "MoveTargets",
      actions: [api("RegisterTargets"), api("DeregisterTargets")],
      resources: groups,
    },
  ]);
}

function urlOf(context: AwsContext, edge: AwsEdge, route: PublicRoute): pulumi.Output<string> {
  const [firstPort] = context.settings.publicPorts;
  const host = route.hosts?.[0];
  return edge.url.apply((known) => {
    const url = new URL(known);
    if (host !== undefined) url.hostname = host;
    if (route.port !== firstPort) url.port = String(route.port);
    return `${url.origin}${route.pathPrefix ?? ""}`;
  });
}
