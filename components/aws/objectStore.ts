import * as cloudfront from "@pulumi/aws/cloudfront";
import type * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { ObjectStoreDeployment, ObjectStoreSpec } from "../specs";
import { transformed } from "../transform";
import type { LinkGrant } from "../link";
import { createPrivateBucket } from "./bucket";
import { POLICIES } from "./cdn";
import type { AwsContext } from "./context";
import { stackName } from "./context";
import { tagsOf } from "./tags";

/** A private bucket of S3, and, where everybody is to read what is in it, CloudFront, which alone can for them. */
export function objectStore(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: ObjectStoreSpec,
): ObjectStoreDeployment {
  const { name, transform } = spec;
  const isPublic = spec.aws.cdn ?? false;
  const isProtected = spec.deletionProtection && context.settings.deletionProtection;
  let distribution: cloudfront.Distribution | undefined;
  const { bucket, ready } = createPrivateBucket(context, parent, name, {
    purpose: name,
    // The stack's key admits nobody outside of the account, and CloudFront is: what everybody may read has S3's own.
    keyArn: isPublic ? undefined : context.key.arn,
    versioned: spec.versioned,
    keepVersionsDays: spec.keepVersionsDays,
    ...(spec.expireDays === undefined ? {} : { expireDays: spec.expireDays }),
    forceDestroy: !isProtected,
    protect: isProtected,
    statements: (made) => {
      if (!isPublic) return [];
      distribution = createDistribution(context, parent, spec, made);
      return [readingBy(distribution, made)];
    },
    transform: transform.bucket,
  });
  return {
    bucket: bucket.bucket,
    region: context.region,
    endpoint: `https://s3.${context.region}.amazonaws.com`,
    publicUrl: distribution && pulumi.interpolate`https://${distribution.domainName}`,
    permission: {},
    grants: grantsOn(context, bucket, isPublic),
    ready,
  };
}

/** What a consumer may do: read, write, delete and list objects; nothing with the bucket itself, and no older versions. */
function grantsOn(
  { key, region }: AwsContext,
  bucket: s3.Bucket,
  isPublic: boolean,
): readonly LinkGrant[] {
  const objects: LinkGrant = {
    actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
    resources: [pulumi.interpolate`${bucket.arn}/*`],
  };
  const list: LinkGrant = { actions: ["s3:ListBucket"], resources: [bucket.arn] };
  const encryption: LinkGrant = {
    actions: ["kms:Decrypt", "kms:GenerateDataKey"],
    resources: [key.arn],
    condition: {
      StringEquals: {
        "kms:ViaService": `s3.${region}.amazonaws.com`,
        // With a bucket key, this is what S3 says to KMS.
        "kms:EncryptionContext:aws:s3:arn": bucket.arn,
      },
    },
  };
  return isPublic ? [objects, list] : [objects, list, encryption];
}

const ORIGIN_ID = "bucket";

function createDistribution(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  { name, transform }: ObjectStoreSpec,
  bucket: s3.Bucket,
): cloudfront.Distribution {
  const control = new cloudfront.OriginAccessControl(
    `${name}-access-control`,
    {
      name: stackName(context, name),
      originAccessControlOriginType: "s3",
      signingBehavior: "always",
      signingProtocol: "sigv4",
    },
    { parent, dependsOn: [context.admission] },
  );
  const args: cloudfront.DistributionArgs = {
    comment: stackName(context, name),
    enabled: true,
    isIpv6Enabled: true,
    httpVersion: "http2and3",
    origins: [
      {
        originId: ORIGIN_ID,
        domainName: bucket.bucketRegionalDomainName,
        originAccessControlId: control.id,
      },
    ],
    defaultCacheBehavior: {
      targetOriginId: ORIGIN_ID,
      viewerProtocolPolicy: "redirect-to-https",
      allowedMethods: ["GET", "HEAD"],
      cachedMethods: ["GET", "HEAD"],
      compress: true,
      cachePolicyId: POLICIES.cachingOptimized,
      responseHeadersPolicyId: POLICIES.securityHeaders,
    },
    viewerCertificate: { cloudfrontDefaultCertificate: true },
    restrictions: { geoRestriction: { restrictionType: "none" } },
    tags: tagsOf(context, stackName(context, name)),
  };
  return new cloudfront.Distribution(`${name}-cdn`, transformed(args, transform.distribution), {
    parent,
    dependsOn: [context.admission],
  });
}

function readingBy(distribution: cloudfront.Distribution, bucket: s3.Bucket) {
  return {
    Sid: "ReadThroughCloudFront",
    Effect: "Allow" as const,
    Principal: { Service: "cloudfront.amazonaws.com" },
    Action: "s3:GetObject",
    Resource: pulumi.interpolate`${bucket.arn}/*`,
    Condition: { StringEquals: { "AWS:SourceArn": distribution.arn } },
  };
}
