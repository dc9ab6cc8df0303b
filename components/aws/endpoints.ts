import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsFoundation } from "./context";
import { stackName } from "./context";
import { tagsOf } from "./tags";

/**
 * What a Fargate task asks of AWS itself: its image (of which the layers are in S3), its log, its secrets. Credentials of
 * its role come without a network, so that STS is not among them.
 */
const SERVICES = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm"];

export interface Endpoints {
  readonly securityGroup: ec2.SecurityGroup;
  readonly s3PrefixListId: pulumi.Output<string>;
  readonly all: readonly ec2.VpcEndpoint[];
}

/** The ways to AWS's own services that stay inside the network. */
export function createEndpoints(
  on: AwsFoundation,
  network: ec2.Vpc,
  {
    privateSubnetIds,
    privateTables,
  }: {
    readonly privateSubnetIds: readonly pulumi.Output<string>[];
    readonly privateTables: readonly ec2.RouteTable[];
  },
): Endpoints {
  const { name, environment: parent, settings, region } = on;
  const gateway = new ec2.VpcEndpoint(
    `${name}-s3`,
    {
      vpcId: network.id,
      serviceName: `com.amazonaws.${region}.s3`,
      vpcEndpointType: "Gateway",
      routeTableIds: privateTables.map(({ id }) => id),
      tags: tagsOf(on, stackName(on, "s3")),
    },
    { parent },
  );
  const securityGroup = new ec2.SecurityGroup(
    `${name}-endpoints`,
    {
      vpcId: network.id,
      description: "Endpoints of AWS services: HTTPS from the network",
      tags: tagsOf(on, stackName(on, "endpoints")),
    },
    { parent },
  );
  new vpc.SecurityGroupIngressRule(
    `${name}-endpoints-https`,
    {
      securityGroupId: securityGroup.id,
      description: "HTTPS from the network",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrIpv4: settings.cidr,
      tags: tagsOf(on),
    },
    { parent },
  );
  const interfaces = SERVICES.map((service) => {
    const id = service.replace(".", "-");
    return new ec2.VpcEndpoint(
      `${name}-${id}`,
      {
        vpcId: network.id,
        serviceName: `com.amazonaws.${region}.${service}`,
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        subnetIds: [...privateSubnetIds],
        securityGroupIds: [securityGroup.id],
        tags: tagsOf(on, stackName(on, id)),
      },
      { parent },
    );
  });
  return {
    securityGroup,
    s3PrefixListId: gateway.prefixListId,
    all: [gateway, ...interfaces],
  };
}
