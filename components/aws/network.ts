import * as ec2 from "@pulumi/aws/ec2";
import { transformed } from "../transform";
import type { AwsFoundation, AwsNetwork } from "./context";
import { stackName } from "./context";
import { createEndpoints } from "./endpoints";
import { tagsOf } from "./tags";

/** The VPC: in each zone a public subnet for what faces the internet, and a private one for all the rest. */
export function createNetwork(on: AwsFoundation): AwsNetwork {
  const { name, settings, environment: parent } = on;
  const args: ec2.VpcArgs = {
    cidrBlock: settings.cidr,
    // Endpoints answer by AWS's own names.
    enableDnsSupport: true,
    enableDnsHostnames: true,
    tags: tagsOf(on, stackName(on)),
  };
  const vpc = new ec2.Vpc(`${name}-vpc`, transformed(args, on.transform.vpc), {
    parent,
    dependsOn: [on.admission],
  });
  // Whatever is made without a security group gets this one: it lets nothing in or out.
  new ec2.DefaultSecurityGroup(
    `${name}-default`,
    { vpcId: vpc.id, ingress: [], egress: [], tags: tagsOf(on, stackName(on, "closed")) },
    { parent },
  );
  const gateway = new ec2.InternetGateway(
    `${name}-internet`,
    { vpcId: vpc.id, tags: tagsOf(on, stackName(on)) },
    { parent },
  );
  const publicTable = routeTable(on, vpc, "public");
  const toInternet = new ec2.Route(
    `${name}-public-internet`,
    { routeTableId: publicTable.id, destinationCidrBlock: EVERYWHERE, gatewayId: gateway.id },
    { parent },
  );
  const publicSubnets = settings.publicSubnets.map((cidr, index) =>
    subnet(on, vpc, publicTable, { kind: "public", cidr, index }),
  );
  const gateways = natGateways(on, publicSubnets, toInternet);
  const privateTables = settings.zones.map((zone) =>
    routeTable(on, vpc, `private-${letter(zone)}`),
  );
  const privateSubnets = privateTables.map((table, index) =>
    subnet(on, vpc, table, { kind: "private", cidr: settings.privateSubnets[index] ?? "", index }),
  );
  const toNat = privateTables.map(
    (table, index) =>
      new ec2.Route(
        `${name}-private-${letter(settings.zones[index])}-internet`,
        {
          routeTableId: table.id,
          destinationCidrBlock: EVERYWHERE,
          // A single one serves all zones.
          natGatewayId: (gateways[index] ?? gateways[0])?.id,
        },
        { parent },
      ),
  );
  if (settings.vpnGateway) vpnGateway(on, vpc, privateTables);
  const privateSubnetIds = privateSubnets.map(({ id }) => id);
  const endpoints = createEndpoints(on, vpc, { privateSubnetIds, privateTables });
  return {
    vpc,
    publicSubnetIds: publicSubnets.map(({ id }) => id),
    privateSubnetIds,
    endpointSecurityGroup: endpoints.securityGroup,
    s3PrefixListId: endpoints.s3PrefixListId,
    internet: toInternet,
    ways: [...toNat, ...endpoints.all],
  };
}

const EVERYWHERE = "0.0.0.0/0";

/** `a` of `ap-northeast-1a`. */
function letter(zone = ""): string {
  return zone.slice(-1);
}

function routeTable(on: AwsFoundation, vpc: ec2.Vpc, kind: string): ec2.RouteTable {
  return new ec2.RouteTable(
    `${on.name}-${kind}`,
    { vpcId: vpc.id, tags: tagsOf(on, stackName(on, kind)) },
    { parent: on.environment },
  );
}

function subnet(
  on: AwsFoundation,
  vpc: ec2.Vpc,
  table: ec2.RouteTable,
  { kind, cidr, index }: { readonly kind: string; readonly cidr: string; readonly index: number },
): ec2.Subnet {
  const { name, environment: parent, settings } = on;
  const availabilityZone = settings.zones[index];
  const suffix = `${kind}-${letter(availabilityZone)}`;
  const made = new ec2.Subnet(
    `${name}-${suffix}`,
    {
      vpcId: vpc.id,
      cidrBlock: cidr,
      availabilityZone,
      // The load balancer and the NAT gateways get addresses without it, and nothing else is to have one.
      mapPublicIpOnLaunch: false,
      tags: tagsOf(on, stackName(on, suffix)),
    },
    { parent },
  );
  new ec2.RouteTableAssociation(
    `${name}-${suffix}`,
    { subnetId: made.id, routeTableId: table.id },
    { parent },
  );
  return made;
}

/** The ways of the private subnets to the internet: one for all, or one in each zone. */
function natGateways(
  on: AwsFoundation,
  publicSubnets: readonly ec2.Subnet[],
  toInternet: ec2.Route,
): ec2.NatGateway[] {
  const { name, environment: parent, settings } = on;
  const count = settings.natGateways === "perZone" ? publicSubnets.length : 1;
  return publicSubnets.slice(0, count).map(({ id }, index) => {
    const suffix = `nat-${letter(settings.zones[index])}`;
    const tags = tagsOf(on, stackName(on, suffix));
    const address = new ec2.Eip(
      `${name}-${suffix}`,
      { domain: "vpc", tags },
      { parent, dependsOn: [on.admission] },
    );
    return new ec2.NatGateway(
      `${name}-${suffix}`,
      { subnetId: id, allocationId: address.id, tags },
      { parent, dependsOn: [toInternet] },
    );
  });
}

function vpnGateway(on: AwsFoundation, vpc: ec2.Vpc, tables: readonly ec2.RouteTable[]): void {
  const { name, environment: parent } = on;
  const gateway = new ec2.VpnGateway(
    `${name}-vpn`,
    { vpcId: vpc.id, tags: tagsOf(on, stackName(on, "vpn")) },
    { parent },
  );
  tables.forEach((table, index) => {
    new ec2.VpnGatewayRoutePropagation(
      `${name}-vpn-${letter(on.settings.zones[index])}`,
      { vpnGatewayId: gateway.id, routeTableId: table.id },
      { parent },
    );
  });
}
