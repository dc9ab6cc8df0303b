import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { shortName } from "../naming";
import type { Transform } from "../transform";
import { transformed } from "../transform";
import type { AwsFoundation } from "./context";
import { tagsOf } from "./tags";

/** Names of buckets are the world's: AWS adds 26 letters to a prefix of up to 37. */
const LONGEST_PREFIX = 36;

export interface PrivateBucketArgs {
  /** What is in it: a part of its name. */
  readonly purpose: string;
  /** ARN of the key that encrypts it; undefined: S3's own, where a writer can use no other. */
  readonly keyArn: pulumi.Input<string> | undefined;
  readonly versioned: boolean;
  /** Days after which objects go. @default never */
  readonly expireDays?: number;
  /** Days after which replaced and deleted versions go. @default 30 */
  readonly keepVersionsDays?: number;
  /** Whether it may be destroyed with what it holds. */
  readonly forceDestroy: boolean;
  /** Whether `destroy` is refused as long as it is there. @default false */
  readonly protect?: boolean;
  /** Statements beside the one that refuses what is not encrypted on its way. @default [] */
  readonly statements?: (bucket: s3.Bucket) => readonly pulumi.Input<PolicyStatement>[];
  readonly transform?: Transform<s3.BucketArgs> | undefined;
}

/** One statement of a bucket's policy. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal: pulumi.Input<string> | Readonly<Record<string, pulumi.Input<string>>>;
  readonly Action: string | readonly string[];
  readonly Resource: pulumi.Input<string> | readonly pulumi.Input<string>[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, pulumi.Input<string>>>>>;
}

/** A bucket, and what makes it safe to write to. */
export interface PrivateBucket {
  readonly bucket: s3.Bucket;
  /** What has to be there before something is written to it. */
  readonly ready: readonly pulumi.Resource[];
}

/** A bucket that nobody outside can read, that is encrypted, and that takes TLS alone. */
export function createPrivateBucket(
  on: AwsFoundation,
  parent: pulumi.Resource,
  name: string,
  args: PrivateBucketArgs,
): PrivateBucket {
  const prefix = `${shortName(LONGEST_PREFIX, on.project, on.stack, args.purpose)}-`;
  const bucketArgs: s3.BucketArgs = {
    bucketPrefix: prefix,
    forceDestroy: args.forceDestroy,
    tags: tagsOf(on),
  };
  const bucket = new s3.Bucket(name, transformed(bucketArgs, args.transform), {
    parent,
    protect: args.protect ?? false,
    dependsOn: [on.admission],
  });
  const opts = { parent };
  const access = new s3.BucketPublicAccessBlock(
    `${name}-access`,
    {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    opts,
  );
  const ownership = new s3.BucketOwnershipControls(
    `${name}-ownership`,
    { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
    opts,
  );
  const encryption = new s3.BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    { bucket: bucket.id, rules: [encryptionRule(args.keyArn)] },
    opts,
  );
  const versioning = args.versioned
    ? [
        new s3.BucketVersioning(
          `${name}-versioning`,
          { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
          opts,
        ),
      ]
    : [];
  new s3.BucketLifecycleConfiguration(
    `${name}-lifecycle`,
    { bucket: bucket.id, rules: lifecycleRules(args) },
    // AWS takes rules of versions only where there are some.
    { ...opts, dependsOn: versioning },
  );
  const policy = new s3.BucketPolicy(
    `${name}-policy`,
    { bucket: bucket.id, policy: policyOf(bucket, args.statements?.(bucket) ?? []) },
    // The block would be in the way of a policy that is set at the same time.
    { ...opts, dependsOn: [access] },
  );
  return { bucket, ready: [access, ownership, encryption, ...versioning, policy] };
}

function encryptionRule(keyArn: pulumi.Input<string> | undefined) {
  return keyArn === undefined
    ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
    : {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
        bucketKeyEnabled: true,
      };
}

function lifecycleRules({ versioned, expireDays, keepVersionsDays = 30 }: PrivateBucketArgs) {
  const uploads = { id: "uploads", abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } };
  const versions = {
    id: "versions",
    noncurrentVersionExpiration: { noncurrentDays: keepVersionsDays },
  };
  const objects =
    expireDays === undefined ? [] : [{ id: "objects", expiration: { days: expireDays } }];
  return [uploads, ...(versioned ? [versions] : []), ...objects].map((rule) => ({
    status: "Enabled",
    // An empty filter is one for all objects.
    filter: {},
    ...rule,
  }));
}

function policyOf(
  bucket: s3.Bucket,
  statements: readonly pulumi.Input<PolicyStatement>[],
): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "EncryptedAlone",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      ...statements,
    ],
  });
}
