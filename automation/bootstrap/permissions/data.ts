import type { PolicyDocument } from "../documents";
import type { BootstrapPlace } from "../names";
import { allow, document, verbs } from "./statements";

export function data({ project, account, region }: BootstrapPlace): PolicyDocument {
  const here = `${region}:${account}`;
  const inRegion = { StringEquals: { "aws:RequestedRegion": region } };
  const own = { StringEquals: { "aws:ResourceTag/Project": project } };
  const made = {
    StringEquals: { "aws:RequestTag/Project": project, "aws:RequestedRegion": region },
  };
  return document(
    allow(
      "Look",
      [
        ...verbs("rds", "Describe*"),
        ...verbs("elasticache", "Describe*"),
        "ssm:DescribeParameters",
        "kms:ListAliases",
      ],
      "*",
      inRegion,
    ),
    allow(
      "Databases",
      verbs(
        "rds",
        "AddTagsToResource CreateDBInstance CreateDBParameterGroup CreateDBSnapshot CreateDBSubnetGroup DeleteDBInstance DeleteDBParameterGroup DeleteDBSubnetGroup ListTagsForResource ModifyDBInstance ModifyDBParameterGroup ModifyDBSubnetGroup RebootDBInstance RemoveTagsFromResource RestoreDBInstanceFromDBSnapshot RestoreDBInstanceToPointInTime",
      ),
      verbs(
        `arn:aws:rds:${here}`,
        `db:${project}-* pg:* subgrp:* snapshot:${project}-* snapshot:rds:${project}-* og:default*`,
      ),
    ),
    allow(
      "Caches",
      verbs(
        "elasticache",
        "AddTagsToResource CreateCacheParameterGroup CreateCacheSubnetGroup CreateReplicationGroup DeleteCacheParameterGroup DeleteCacheSubnetGroup DeleteReplicationGroup IncreaseReplicaCount DecreaseReplicaCount ListTagsForResource ModifyCacheParameterGroup ModifyCacheSubnetGroup ModifyReplicationGroup ModifyReplicationGroupShardConfiguration RemoveTagsFromResource",
      ),
      verbs(
        `arn:aws:elasticache:${here}`,
        `replicationgroup:${project}-* parametergroup:* subnetgroup:* cluster:${project}-*`,
      ),
    ),
    allow(
      "Buckets",
      verbs(
        "s3",
        "CreateBucket DeleteBucket DeleteBucketPolicy DeleteObject DeleteObjectVersion GetAccelerateConfiguration GetBucket* GetEncryptionConfiguration GetLifecycleConfiguration GetObject GetObjectTagging GetReplicationConfiguration ListBucket ListBucketVersions PutBucket* PutEncryptionConfiguration PutLifecycleConfiguration PutObject PutObjectTagging",
      ),
      [`arn:aws:s3:::${project}-*`, `arn:aws:s3:::${project}-*/*`],
    ),
    allow(
      "Secrets",
      verbs(
        "secretsmanager",
        "CreateSecret DeleteSecret DescribeSecret GetResourcePolicy GetSecretValue PutSecretValue TagResource UntagResource UpdateSecret",
      ),
      [
        `arn:aws:secretsmanager:${here}:secret:/${project}/*`,
        `arn:aws:secretsmanager:${here}:secret:rds!*`,
      ],
    ),
    allow(
      "Parameters",
      verbs(
        "ssm",
        "AddTagsToResource DeleteParameter GetParameter GetParameters ListTagsForResource PutParameter RemoveTagsFromResource",
      ),
      `arn:aws:ssm:${here}:parameter/${project}/*`,
    ),
    allow("NewKeys", ["kms:CreateKey", "kms:TagResource"], "*", made),
    allow(
      "Keys",
      verbs(
        "kms",
        "CreateAlias CreateGrant Decrypt DeleteAlias DescribeKey EnableKeyRotation Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext GetKeyPolicy GetKeyRotationStatus ListResourceTags PutKeyPolicy ScheduleKeyDeletion UntagResource UpdateKeyDescription",
      ),
      `arn:aws:kms:${here}:key/*`,
      own,
    ),
    allow(
      "Aliases",
      verbs("kms", "CreateAlias DeleteAlias UpdateAlias"),
      `arn:aws:kms:${here}:alias/${project}-*`,
    ),
  );
}
