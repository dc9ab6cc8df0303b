import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import type { AwsFoundation } from "./context";
import { stackName } from "./context";
import { tagsOf } from "./tags";

/** Addresses from which CloudFront asks origins, which AWS keeps up to date. */
const CLOUDFRONT = "com.amazonaws.global.cloudfront.origin-facing";

/**
 * The load balancer's security group: in come CloudFront alone, or where there is none everybody, on the listeners'
 * ports. The way out to a service is that service's own rule.
 */
export function createEdgeSecurityGroup(on: AwsFoundation, network: ec2.Vpc): ec2.SecurityGroup {
  const { name, settings, environment: parent } = on;
  const group = new ec2.SecurityGroup(
    `${name}-lb`,
    {
      vpcId: network.id,
      description: settings.cdn
        ? "Load balancer: requests of CloudFront"
        : "Load balancer: requests of everybody",
      tags: tagsOf(on, stackName(on, "lb")),
    },
    { parent },
  );
  const sources = settings.cdn ? fromCloudFront(on) : fromEverywhere(on);
  for (const { port, ...source } of sources)
    new vpc.SecurityGroupIngressRule(
      `${name}-lb-${port}`,
      {
        securityGroupId: group.id,
        description: settings.cdn ? "CloudFront" : "Everybody",
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        ...source,
        tags: tagsOf(on),
      },
      { parent },
    );
  return group;
}

type Source = { readonly port: number } & Pick<
  vpc.SecurityGroupIngressRuleArgs,
  "cidrIpv4" | "prefixListId"
>;

function fromCloudFront({ settings, environment: parent }: AwsFoundation): Source[] {
  const list = ec2.getManagedPrefixListOutput({ name: CLOUDFRONT }, { parent });
  // Without a certificate the load balancer is asked by HTTP; what clients send is encrypted up to CloudFront.
  const port = settings.domain === undefined ? 80 : 443;
  return [{ port, prefixListId: list.id }];
}

function fromEverywhere({ settings }: AwsFoundation): Source[] {
  return [80, ...settings.publicPorts].map((port) => ({ port, cidrIpv4: "0.0.0.0/0" }));
}
