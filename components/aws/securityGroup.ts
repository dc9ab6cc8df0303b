import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import type * as pulumi from "@pulumi/pulumi";
import type { Link } from "../link";
import type { AwsContext } from "./context";
import { stackName } from "./context";
import { tagsOf } from "./tags";

/** A security group with nothing in it; rules are resources of those who need them. */
export function securityGroup(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  name: string,
  description: string,
): ec2.SecurityGroup {
  return new ec2.SecurityGroup(
    `${name}-group`,
    {
      vpcId: context.network.vpc.id,
      description,
      tags: tagsOf(context, stackName(context, name)),
    },
    { parent, dependsOn: [context.admission] },
  );
}

/**
 * What tasks must reach: AWS's own services and the registries of their images (HTTPS, through the endpoints or the NAT), and
 * exactly the ports of what they are linked to, which let them in.
 */
export function outgoing(
  parent: pulumi.ComponentResource,
  name: string,
  group: ec2.SecurityGroup,
  links: readonly Link[],
): pulumi.Resource[] {
  const https = new vpc.SecurityGroupEgressRule(
    `${name}-to-https`,
    {
      securityGroupId: group.id,
      cidrIpv4: "0.0.0.0/0",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      description: "AWS's services and other services on the internet, by HTTPS alone",
    },
    { parent },
  );
  const linked = links.flatMap((link) =>
    (link.permission.ingress ?? []).flatMap(({ securityGroupId, port }, index) =>
      connection(parent, `${name}-to-${link.name}${index === 0 ? "" : `-${index}`}`, {
        from: group.id,
        to: securityGroupId,
        port,
        description: `${name} to ${link.name}`,
      }),
    ),
  );
  return [https, ...linked];
}

/** Both ends of what one group may open to another. */
export function connection(
  parent: pulumi.ComponentResource,
  name: string,
  {
    from,
    to,
    port,
    description,
  }: {
    readonly from: pulumi.Input<string>;
    readonly to: pulumi.Input<string>;
    readonly port: number;
    readonly description: string;
  },
): pulumi.Resource[] {
  const common = { ipProtocol: "tcp", fromPort: port, toPort: port, description };
  return [
    new vpc.SecurityGroupIngressRule(
      `${name}-in`,
      { securityGroupId: to, referencedSecurityGroupId: from, ...common },
      { parent },
    ),
    new vpc.SecurityGroupEgressRule(
      `${name}-out`,
      { securityGroupId: from, referencedSecurityGroupId: to, ...common },
      { parent },
    ),
  ];
}
