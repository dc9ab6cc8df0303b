import type * as acm from "@pulumi/aws/acm";
import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as ec2 from "@pulumi/aws/ec2";
import type * as ecs from "@pulumi/aws/ecs";
import type * as kms from "@pulumi/aws/kms";
import type * as lb from "@pulumi/aws/lb";
import type * as s3 from "@pulumi/aws/s3";
import type * as servicediscovery from "@pulumi/aws/servicediscovery";
import type * as sns from "@pulumi/aws/sns";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../naming";
import type { StackIdentity } from "../specs";
import type { EnvironmentTransforms } from "../transform";
import type { AwsSettings } from "./settings";

/** What the environment of a stack on AWS hands to its components. */
export interface AwsContext extends StackIdentity {
  /** The component that owns what several components share. */
  readonly environment: pulumi.ComponentResource;
  readonly settings: AwsSettings;
  /** What must have gone well before anything is made: the account and the region are the wanted ones. */
  readonly admission: pulumi.Resource;
  readonly accountId: pulumi.Output<string>;
  readonly region: pulumi.Output<string>;
  readonly network: AwsNetwork;
  readonly cluster: ecs.Cluster;
  /** Service Connect's namespace: services reach each other by name in it. */
  readonly namespace: servicediscovery.HttpNamespace;
  /** Encrypts everything at rest: data, logs, secrets, topics. */
  readonly key: kms.Key;
  /** Where alarms go. */
  readonly alerts: sns.Topic;
  /** Made with the first public service. */
  readonly edge: () => AwsEdge;
  /** Holds files that are delivered into containers; made with the first one. */
  readonly artefacts: () => s3.Bucket;
  readonly transform: EnvironmentTransforms;
}

export interface AwsNetwork {
  readonly vpc: ec2.Vpc;
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  /** Admits HTTPS from the VPC to the endpoints of AWS's own services. */
  readonly endpointSecurityGroup: ec2.SecurityGroup;
}

/** How the outside comes in. */
export interface AwsEdge {
  readonly loadBalancer: lb.LoadBalancer;
  readonly securityGroup: ec2.SecurityGroup;
  /** By public port. Services add rules; what no rule takes gets 404. */
  readonly listeners: ReadonlyMap<number, lb.Listener>;
  readonly certificate: acm.Certificate | undefined;
  /** Where the outside reaches the load balancer's first port: the domain, CloudFront's name, or the load balancer's. */
  readonly url: pulumi.Output<string>;
}

/** Physical name of something that belongs to the stack. */
export function stackName(identity: StackIdentity, ...parts: readonly string[]): string {
  return physicalName(identity.project, identity.stack, ...parts);
}

/** Path of the stack's parameters and secrets: `/<project>/<stack>/…`. */
export function stackPath(identity: StackIdentity, ...parts: readonly string[]): string {
  return ["", identity.project, identity.stack, ...parts].join("/");
}

/** What a log group is made of, wherever one is. */
export type LogGroup = cloudwatch.LogGroup;
