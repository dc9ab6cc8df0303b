import type * as acm from "@pulumi/aws/acm";
import type * as ec2 from "@pulumi/aws/ec2";
import type * as ecs from "@pulumi/aws/ecs";
import type * as kms from "@pulumi/aws/kms";
import type * as lb from "@pulumi/aws/lb";
import type * as s3 from "@pulumi/aws/s3";
import type * as servicediscovery from "@pulumi/aws/servicediscovery";
import type * as sns from "@pulumi/aws/sns";
import type { lb as inputs } from "@pulumi/aws/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { EnvironmentIdentity } from "../platform";
import { physicalName } from "../naming";
import type { StackIdentity } from "../specs";
import type { EnvironmentTransforms } from "../transform";
import type { AwsSettings } from "./settings";

/** What is known of a stack on AWS before anything of it is made, and what everything waits for. */
export interface AwsFoundation extends EnvironmentIdentity {
  /** The component that owns what several components share. */
  readonly environment: pulumi.ComponentResource;
  readonly settings: AwsSettings;
  /** What must have gone well before anything is made: the account and the region are the wanted ones. */
  readonly admission: pulumi.Resource;
  readonly accountId: pulumi.Output<string>;
  readonly region: string;
  /** Image references by image name that go before everybody else's. */
  readonly imagePins: Readonly<Record<string, string>>;
  readonly transform: EnvironmentTransforms;
}

/** What the environment of a stack on AWS hands to its components. */
export interface AwsContext extends AwsFoundation {
  readonly network: AwsNetwork;
  readonly cluster: ecs.Cluster;
  /** Service Connect's namespace: services reach each other by name in it. */
  readonly namespace: servicediscovery.HttpNamespace;
  /** Encrypts everything at rest: data, logs, secrets, topics. */
  readonly key: kms.Key;
  /** Where alarms go. */
  readonly alerts: sns.Topic;
  /** Made with the first public service; each tells what it needs. */
  readonly edge: (need: EdgeNeed) => AwsEdge;
  /** Holds files that are delivered into containers; made with the first one. */
  readonly artefacts: () => s3.Bucket;
}

export interface AwsNetwork {
  readonly vpc: ec2.Vpc;
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  /** Admits HTTPS from the VPC to the endpoints of AWS's own services. */
  readonly endpointSecurityGroup: ec2.SecurityGroup;
  /** The addresses of S3 in the region: what the gateway endpoint leads to. */
  readonly s3PrefixListId: pulumi.Output<string>;
  /** The public subnets' way to the internet: what faces it is made after it. */
  readonly internet: pulumi.Resource;
  /** What a task in a private subnet waits for: the ways to the internet and to AWS's own services. */
  readonly ways: readonly pulumi.Resource[];
}

/** What a public service needs of the way in. */
export interface EdgeNeed {
  /** What it is, in errors: `ApiService "api"`. */
  readonly subject: string;
  /** Longest time until an answer starts. */
  readonly responseTimeoutMs: number;
}

/** How the outside comes in. */
export interface AwsEdge {
  readonly loadBalancer: lb.LoadBalancer;
  /** Made without a way out: each service adds the one to its own port. */
  readonly securityGroup: ec2.SecurityGroup;
  /** By public port. Services add rules; what no rule takes gets 404. */
  readonly listeners: ReadonlyMap<number, lb.Listener>;
  /** Conditions that every rule has to carry beside its own: what tells that a request came through CloudFront. */
  readonly conditions: readonly inputs.ListenerRuleCondition[];
  readonly certificate: acm.Certificate | undefined;
  /** Where the outside reaches the first public port: the domain, or CloudFront's name. */
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
