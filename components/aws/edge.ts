import type * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import type { lb as inputs } from "@pulumi/aws/types/input";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { InvalidArgumentsError } from "../errors";
import { whenLoaded } from "../loaded";
import { shortName } from "../naming";
import { transformed } from "../transform";
import { createAccessLogs } from "./accessLogs";
import { createDistribution, LONGEST_RESPONSE_SECONDS } from "./cdn";
import { createCertificates, createRecords } from "./certificate";
import type { AwsEdge, AwsFoundation, AwsNetwork, EdgeNeed } from "./context";
import { createEdgeSecurityGroup } from "./edgeSecurityGroup";
import { createListener, createRedirect } from "./listeners";
import { tagsOf } from "./tags";

/** The header by which the load balancer knows CloudFront's requests. */
const ORIGIN_HEADER = "X-Origin-Verify";

/** A load balancer that answers no sooner than this anyway: AWS's own default. */
const SHORTEST_IDLE_SECONDS = 60;

/** The way in, which is made with the first service that needs it and serves what all of them need. */
export function lazyEdge(on: AwsFoundation & { readonly network: AwsNetwork }) {
  let edge: AwsEdge | undefined;
  let isSettled = false;
  const needs: number[] = [];
  const longest = () => Math.max(SHORTEST_IDLE_SECONDS, ...needs);
  const idleSeconds = () => {
    isSettled = true;
    return longest();
  };
  return (need: EdgeNeed): AwsEdge => {
    const seconds = Math.ceil(need.responseTimeoutMs / 1000);
    refuseUnlessServed(on, need, seconds, isSettled && seconds > longest());
    needs.push(seconds);
    return (edge ??= createEdge(on, on.network, whenLoaded(idleSeconds)));
  };
}

function refuseUnlessServed(
  { settings }: AwsFoundation,
  { subject, responseTimeoutMs }: EdgeNeed,
  seconds: number,
  isLate: boolean,
): void {
  const received = `${responseTimeoutMs / 1000} s`;
  const path = "responseTimeout";
  if (settings.cdn && seconds > LONGEST_RESPONSE_SECONDS) {
    const rule = `must be at most ${LONGEST_RESPONSE_SECONDS} s: CloudFront waits no longer (aws.cdn: false does)`;
    throw new InvalidArgumentsError(subject, [{ path, rule, received }]);
  }
  if (isLate) {
    const rule =
      "must be known while the program is loaded: the load balancer is set to the longest";
    throw new InvalidArgumentsError(subject, [{ path, rule, received }]);
  }
}

function createEdge(
  on: AwsFoundation,
  network: AwsNetwork,
  idleSeconds: pulumi.Output<number>,
): AwsEdge {
  const { settings } = on;
  const { domain } = settings;
  const certificates = domain === undefined ? undefined : createCertificates(on, domain);
  const securityGroup = createEdgeSecurityGroup(on, network.vpc);
  const loadBalancer = createLoadBalancer(on, network, securityGroup, idleSeconds);
  const listeners = new Map(
    settings.publicPorts.map((port) => [
      port,
      createListener(on, loadBalancer, port, certificates),
    ]),
  );
  if (!settings.cdn) {
    createRedirect(on, loadBalancer);
    if (domain !== undefined)
      createRecords(on, domain, {
        name: loadBalancer.dnsName,
        zoneId: loadBalancer.zoneId,
        ipv6: false,
      });
  }
  const origin = settings.cdn
    ? { header: ORIGIN_HEADER, secret: originSecret(on), loadBalancer, idleSeconds }
    : undefined;
  const distribution =
    origin && createDistribution(on, { ...origin, certificateArn: certificates?.cloudFrontArn });
  return {
    loadBalancer,
    securityGroup,
    listeners,
    conditions: origin === undefined ? [] : [cameBy(origin)],
    certificate: certificates?.certificate,
    url: publicUrl(on, distribution?.domainName ?? loadBalancer.dnsName),
  };
}

function publicUrl(
  { settings: { domain, publicPorts } }: AwsFoundation,
  host: pulumi.Output<string>,
): pulumi.Output<string> {
  const [port] = publicPorts;
  return pulumi.interpolate`https://${domain?.name ?? host}${port === 443 ? "" : `:${port ?? ""}`}`;
}

function createLoadBalancer(
  on: AwsFoundation,
  network: AwsNetwork,
  securityGroup: ec2.SecurityGroup,
  idleTimeout: pulumi.Output<number>,
): lb.LoadBalancer {
  const { name, settings, environment: parent } = on;
  const logs = createAccessLogs(on);
  const args: lb.LoadBalancerArgs = {
    name: shortName(32, on.project, on.stack),
    loadBalancerType: "application",
    subnets: [...network.publicSubnetIds],
    securityGroups: [securityGroup.id],
    dropInvalidHeaderFields: true,
    desyncMitigationMode: "defensive",
    idleTimeout,
    enableDeletionProtection: settings.deletionProtection,
    accessLogs: { enabled: true, bucket: logs.bucket.id },
    tags: tagsOf(on),
  };
  return new lb.LoadBalancer(`${name}-lb`, transformed(args, on.transform.loadBalancer), {
    parent,
    // AWS makes none in a network without a way to the internet.
    dependsOn: [network.internet, ...logs.ready],
  });
}

/** Anyone can point a distribution of their own at the load balancer: this tells the stack's from theirs. */
function originSecret(on: AwsFoundation): pulumi.Output<string> {
  const secret = new random.RandomPassword(
    `${on.name}-origin`,
    { length: 48, special: false },
    { parent: on.environment, dependsOn: [on.admission] },
  );
  return pulumi.secret(secret.result);
}

function cameBy({
  header,
  secret,
}: {
  readonly header: string;
  readonly secret: pulumi.Output<string>;
}): inputs.ListenerRuleCondition {
  return { httpHeader: { httpHeaderName: header, values: [secret] } };
}
