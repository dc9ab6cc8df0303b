import type * as pulumi from "@pulumi/pulumi";

/** An environment in one region of AWS: a network over two or more zones, one load balancer, one ECS cluster. */
export interface AwsEnvironmentArgs {
  /** Region, such as `ap-northeast-1`. @default the provider's: config `aws:region`, else AWS_REGION */
  readonly region?: string;
  /** Network of the VPC in CIDR notation, /16 to /20. @default "10.0.0.0/16" */
  readonly cidr?: string;
  /** The zones, two to four of the region, each with one public and one private subnet. @default its zones `a` and `c`: those of the system this is for, in ap-northeast-1 */
  readonly zones?: readonly string[];
  /** Networks of the private subnets, one for each zone. @default the 1st, 2nd, … /24 of `cidr`, such as 10.0.1.0/24 */
  readonly privateSubnets?: readonly string[];
  /** Networks of the public subnets, one for each zone. @default the 101st, 102nd, … /24 of `cidr`, such as 10.0.101.0/24 */
  readonly publicSubnets?: readonly string[];
  /** NAT gateways: one for all zones, or one in each, so that the loss of a zone cuts no other off. @default "single" */
  readonly natGateways?: "single" | "perZone";
  /** The domain under which public services answer. @default none: CloudFront's own name and certificate */
  readonly domain?: DomainArgs;
  /** Whether public services are behind CloudFront, which alone can then reach the load balancer. @default true */
  readonly cdn?: boolean;
  /** Ports of the load balancer; 80 leads to 443 where there is a certificate. @default [443] with a domain, [80] without */
  readonly publicPorts?: readonly number[];
  /** Days for which logs are kept, one of CloudWatch's steps. @default 30 */
  readonly logRetentionDays?: number;
  /** Addresses that are told of alarms; each has to confirm by mail. @default [] */
  readonly alertEmails?: readonly string[];
  /** Whether the load balancer and what holds data are protected against deletion. @default true */
  readonly deletionProtection?: boolean;
  /** Tags of every resource, beside Project, Environment and ManagedBy. @default {} */
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** A domain whose zone is at Route 53: certificates are validated and names are set in it. */
export interface DomainArgs {
  /** Host name of the page, such as `shop.example.com`. */
  readonly name: string;
  /** Id of the hosted zone that the name is in. */
  readonly zoneId: string;
}

/** What an ECS service has that other platforms have not. */
export interface AwsServiceArgs {
  /** CPU units of a task: 256, 512, 1024, 2048, 4096, 8192 or 16384. @default `resources.cpu`, else 512 */
  readonly cpuUnits?: number;
  /** Follows the load between these numbers of tasks. @default none: `replicas` tasks */
  readonly autoscaling?: AutoscalingArgs;
  /** What the tasks' role may do beside what links give: statements of an IAM policy; `*` alone is refused. @default [] */
  readonly policies?: readonly PolicyStatement[];
}

/** Target tracking: tasks are added and removed to keep both figures. */
export interface AutoscalingArgs {
  /** Fewest tasks. @default the service's `replicas` */
  readonly min?: number;
  /** Most tasks. */
  readonly max: number;
  /** Average CPU of the tasks, in percent. @default 60 */
  readonly cpuPercent?: number;
  /** Requests a task gets in a minute from the load balancer; for public services. @default 1000 */
  readonly requestsPerTask?: number;
}

/** One statement of an IAM policy. */
export interface PolicyStatement {
  readonly actions: readonly string[];
  readonly resources: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/** What RDS has that other platforms have not. */
export interface AwsPostgresArgs {
  /** Class, such as `db.r5.large`. @default the smallest of t3 and r5 that has `memory`: 1GB is db.t3.micro, 16GB db.r5.large */
  readonly instanceClass?: string;
  /** A standby in another zone. @default false */
  readonly multiAz?: boolean;
  /** GiB at first, and the most to which the storage grows by itself. @default { initial: 20, max: 100 } */
  readonly storage?: { readonly initial: number; readonly max: number };
  /** Days for which daily snapshots and the log for a restore to any second are kept, 1 to 35. @default 7 */
  readonly backupDays?: number;
  /** Daily, UTC, as hh:mm-hh:mm. @default "03:00-04:00" */
  readonly backupWindow?: string;
  /** Weekly, UTC, as ddd:hh:mm-ddd:hh:mm. @default "sun:04:00-sun:05:00" */
  readonly maintenanceWindow?: string;
}

/** What ElastiCache has that other platforms have not. */
export interface AwsRedisArgs {
  /** Node type, such as `cache.r6g.large`. @default the smallest of t3 and r6g that has `maxMemory` */
  readonly nodeType?: string;
  /** Shards in cluster mode; needs a client that speaks it (REDIS_MODE=cluster tells). @default none: one primary */
  readonly shards?: number;
  /** Replicas of each primary, in other zones; with one or more, a failed primary is replaced by itself. @default 0 */
  readonly replicas?: number;
}
