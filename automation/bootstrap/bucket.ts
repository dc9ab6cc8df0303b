import type { S3Client } from "@aws-sdk/client-s3";

import { isNamed } from "../../components/aws/dynamic/failures";
import { RefusedError } from "../errors";
import { mustBeOwn, tagList, unlessGone } from "./changes";
import type { Changes } from "./changes";
import type { PolicyDocument } from "./documents";
import { ownTags } from "./names";
import type { BootstrapPlace } from "./names";

/** Days that a version of the state which a newer one has replaced is kept. */
const OLD_DAYS = 90;

/** The bucket of states and releases: versioned, encrypted, closed. */
export async function ensureBucket(
  client: S3Client,
  place: BootstrapPlace,
  keyArn: string | undefined,
  policy: PolicyDocument,
  changes: Changes,
): Promise<void> {
  const s3 = await import("@aws-sdk/client-s3");
  const { bucket, region, account } = place;
  const own = ownTags(place);
  const at = { Bucket: bucket, ExpectedBucketOwner: account };
  const exists = await isThere(client, bucket, account);
  if (exists) {
    const tags = await unlessGone(client.send(new s3.GetBucketTaggingCommand(at)), "NoSuchTagSet");
    mustBeOwn(`the bucket ${bucket}`, tags?.TagSet ?? [], own);
    changes.all.push({ resource: `bucket ${bucket}`, action: "unchanged" });
  } else {
    await changes.do(`bucket ${bucket}`, "created", async () => {
      const where =
        region === "us-east-1" ? {} : { LocationConstraint: region as "ap-northeast-1" };
      // With its tags from the first moment: the next run knows it as ours, should this one end here.
      const CreateBucketConfiguration = { ...where, Tags: tagList(own) };
      await client.send(new s3.CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration }));
      // Other S3 APIs than AWS's own take none when a bucket is made.
      await client.send(
        new s3.PutBucketTaggingCommand({ ...at, Tagging: { TagSet: tagList(own) } }),
      );
    });
  }
  const now = async <T>(ask: () => Promise<T>, ...gone: string[]): Promise<T | undefined> =>
    exists ? unlessGone(ask(), ...gone) : undefined;
  const closed = {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  };
  const access = await now(
    () => client.send(new s3.GetPublicAccessBlockCommand(at)),
    "NoSuchPublicAccessBlockConfiguration",
  );
  await changes.keep("block of public access", access?.PublicAccessBlockConfiguration, closed, () =>
    client.send(
      new s3.PutPublicAccessBlockCommand({ ...at, PublicAccessBlockConfiguration: closed }),
    ),
  );
  const versions = await now(() => client.send(new s3.GetBucketVersioningCommand(at)));
  await changes.keep("versions", versions?.Status, "Enabled", () =>
    client.send(
      new s3.PutBucketVersioningCommand({ ...at, VersioningConfiguration: { Status: "Enabled" } }),
    ),
  );
  const encryption = await now(
    () => client.send(new s3.GetBucketEncryptionCommand(at)),
    "ServerSideEncryptionConfigurationNotFoundError",
  );
  const rule = encryption?.ServerSideEncryptionConfiguration?.Rules?.[0];
  const encrypted = {
    by: rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
    key: rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID,
  };
  const wanted = { SSEAlgorithm: "aws:kms" as const, KMSMasterKeyID: keyArn };
  await changes.keep("encryption", rule && encrypted, { by: "aws:kms", key: keyArn }, () =>
    client.send(
      new s3.PutBucketEncryptionCommand({
        ...at,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: wanted, BucketKeyEnabled: true }],
        },
      }),
    ),
  );
  const lifecycle = await now(
    () => client.send(new s3.GetBucketLifecycleConfigurationCommand(at)),
    "NoSuchLifecycleConfiguration",
  );
  const cleaned = lifecycle?.Rules?.map(({ ID, Status, NoncurrentVersionExpiration: old }) => ({
    ID,
    Status,
    days: old?.NoncurrentDays,
  }));
  await changes.keep(
    "lifecycle",
    cleaned,
    [{ ID: "old-versions", Status: "Enabled", days: OLD_DAYS }],
    () =>
      client.send(
        new s3.PutBucketLifecycleConfigurationCommand({
          ...at,
          LifecycleConfiguration: {
            Rules: [
              {
                ID: "old-versions",
                Status: "Enabled",
                Filter: { Prefix: "" },
                NoncurrentVersionExpiration: { NoncurrentDays: OLD_DAYS },
                AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
              },
            ],
          },
        }),
      ),
  );
  const before = await now(
    () => client.send(new s3.GetBucketPolicyCommand(at)),
    "NoSuchBucketPolicy",
  );
  const text = before?.Policy;
  await changes.keep(
    "bucket policy",
    text === undefined ? undefined : JSON.parse(text),
    policy,
    () => client.send(new s3.PutBucketPolicyCommand({ ...at, Policy: JSON.stringify(policy) })),
  );
}

/** @throws RefusedError for a bucket of another account */
async function isThere(client: S3Client, bucket: string, account: string): Promise<boolean> {
  const { HeadBucketCommand } = await import("@aws-sdk/client-s3");
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: account }));
    return true;
  } catch (error) {
    if (isNamed(error, "NotFound", "NoSuchBucket")) return false;
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status !== 403 && status !== 301) throw error;
    const why =
      status === 301 ? "is in another region" : "belongs to somebody else, or may not be looked at";
    throw new RefusedError(`the bucket ${bucket} ${why}`, {
      cause: error,
      fix: "Choose another name with --bucket.",
    });
  }
}
