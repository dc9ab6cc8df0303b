import type { PolicyDocument } from "../documents";
import { namesOf } from "../names";
import type { BootstrapPlace } from "../names";
import { allow, document, verbs } from "./statements";

export function state(place: BootstrapPlace): PolicyDocument {
  const { bucket, account, region } = place;
  return document(
    allow("State", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], `arn:aws:s3:::${bucket}/*`),
    allow("List", ["s3:ListBucket", "s3:GetBucketLocation"], `arn:aws:s3:::${bucket}`),
    allow(
      "Key",
      ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
      `arn:aws:kms:${region}:${account}:key/*`,
      {
        "ForAnyValue:StringEquals": { "kms:ResourceAliases": namesOf(place).alias },
      },
    ),
    {
      Sid: "KeepState",
      Effect: "Deny",
      Action: verbs(
        "s3",
        "DeleteBucket DeleteBucketPolicy DeleteObjectVersion PutBucketPolicy PutBucketPublicAccessBlock PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration",
      ),
      Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
    },
  );
}
