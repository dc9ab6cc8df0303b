import type * as cloudfront from "@pulumi/aws/cloudfront";
import type * as ec2 from "@pulumi/aws/ec2";
import type * as ecs from "@pulumi/aws/ecs";
import type * as elasticache from "@pulumi/aws/elasticache";
import type * as kms from "@pulumi/aws/kms";
import type * as lb from "@pulumi/aws/lb";
import type * as rds from "@pulumi/aws/rds";
import type * as s3 from "@pulumi/aws/s3";
import type * as docker from "@pulumi/docker";

/**
 * Changes the arguments of one child resource: members that replace the component's own, or a function that
 * is given them and answers what to use.
 */
export type Transform<T> = Partial<T> | ((args: T) => T);

/** The children of a service that can be changed, on every platform that has them. */
export interface ServiceTransforms {
  /** Docker: each container of the service. */
  readonly container?: Transform<docker.ContainerArgs>;
  /** Docker: the image that is built from source. */
  readonly image?: Transform<docker.ImageArgs>;
}

/** The children of a database or cache that can be changed. */
export interface StoreTransforms {
  /** Docker: the container of the server. */
  readonly container?: Transform<docker.ContainerArgs>;
  /** Docker: the volume that holds the data. */
  readonly volume?: Transform<docker.VolumeArgs>;
  /** Docker: the network that only linked services join. */
  readonly network?: Transform<docker.NetworkArgs>;
  /** AWS: the RDS instance of a database. */
  readonly instance?: Transform<rds.InstanceArgs>;
  /** AWS: the ElastiCache replication group of a cache. */
  readonly replicationGroup?: Transform<elasticache.ReplicationGroupArgs>;
}

/** The children of an object store that can be changed. */
export interface ObjectStoreTransforms {
  /** AWS: the bucket. */
  readonly bucket?: Transform<s3.BucketArgs>;
  /** AWS: CloudFront before the bucket. */
  readonly distribution?: Transform<cloudfront.DistributionArgs>;
}

/** The children of an environment that can be changed. */
export interface EnvironmentTransforms {
  /** Docker: the user network. */
  readonly network?: Transform<docker.NetworkArgs>;
  /** Docker: the router. */
  readonly router?: Transform<docker.ContainerArgs>;
  /** AWS: the network. */
  readonly vpc?: Transform<ec2.VpcArgs>;
  /** AWS: the key that encrypts everything at rest. */
  readonly key?: Transform<kms.KeyArgs>;
  /** AWS: the ECS cluster. */
  readonly cluster?: Transform<ecs.ClusterArgs>;
  /** AWS: the load balancer of public services. */
  readonly loadBalancer?: Transform<lb.LoadBalancerArgs>;
  /** AWS: CloudFront before the load balancer. */
  readonly distribution?: Transform<cloudfront.DistributionArgs>;
  /** AWS: the bucket of files that are delivered into containers. */
  readonly artefacts?: Transform<s3.BucketArgs>;
}

/** The arguments after a transform. */
export function transformed<T extends object>(args: T, transform: Transform<T> | undefined): T {
  if (transform === undefined) return args;
  return typeof transform === "function" ? transform(args) : { ...args, ...transform };
}
