import type { PolicyDocument } from "./documents";
import { namesOf } from "./names";
import type { BootstrapPlace } from "./names";

type Statement = Record<string, unknown>;

const allow = (
  Sid: string,
  Action: readonly string[],
  Resource: unknown,
  Condition?: unknown,
): Statement => ({
  ...{ Sid, Effect: "Allow", Action, Resource },
  ...(Condition === undefined ? {} : { Condition }),
});

const document = (...Statement: Statement[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement,
});

/** Actions of a service, or parts of an ARN. */
const verbs = (service: string, what: string): string[] =>
  what.split(" ").map((each) => `${service}:${each}`);

/**
 * What the deploy role may do, in parts, because AWS takes 6,144 characters of a policy. Names are narrowed to the
 * project where AWS has names; the network, which has none, to the region and, once made, to the project's tag.
 */
export function permissionsOf(place: BootstrapPlace): Record<string, PolicyDocument> {
  return {
    network: network(place),
    compute: compute(place),
    data: data(place),
    roles: roles(place),
    state: state(place),
  };
}

function network({ project, region }: BootstrapPlace): PolicyDocument {
  const inRegion = { StringEquals: { "aws:RequestedRegion": region } };
  const own = {
    StringEquals: { "aws:ResourceTag/Project": project, "aws:RequestedRegion": region },
  };
  const made = {
    StringEquals: { "aws:RequestTag/Project": project, "aws:RequestedRegion": region },
  };
  const kinds =
    "vpc subnet route-table internet-gateway natgateway elastic-ip security-group security-group-rule vpc-endpoint vpc-flow-log";
  const arns = kinds.split(" ").map((kind) => `arn:aws:ec2:${region}:*:${kind}/*`);
  return document(
    allow("Look", ["ec2:Describe*", "ec2:GetManagedPrefixListEntries"], "*", inRegion),
    allow(
      "Make",
      verbs(
        "ec2",
        "AllocateAddress CreateFlowLogs CreateInternetGateway CreateNatGateway CreateRouteTable CreateSecurityGroup CreateSubnet CreateVpc CreateVpcEndpoint",
      ),
      arns,
      made,
    ),
    allow(
      "MakeIn",
      verbs(
        "ec2",
        "CreateFlowLogs CreateNatGateway CreateRouteTable CreateSecurityGroup CreateSubnet CreateVpcEndpoint",
      ),
      arns,
      own,
    ),
    allow("Tag", ["ec2:CreateTags"], arns, inRegion),
    allow(
      "Change",
      verbs(
        "ec2",
        "AssociateRouteTable AttachInternetGateway AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateRoute DeleteFlowLogs DeleteInternetGateway DeleteNatGateway DeleteRoute DeleteRouteTable DeleteSecurityGroup DeleteSubnet DeleteTags DeleteVpc DeleteVpcEndpoints DetachInternetGateway DisassociateAddress DisassociateRouteTable ModifySecurityGroupRules ModifySubnetAttribute ModifyVpcAttribute ModifyVpcEndpoint ReleaseAddress ReplaceRoute ReplaceRouteTableAssociation RevokeSecurityGroupEgress RevokeSecurityGroupIngress",
      ),
      arns,
      own,
    ),
    allow(
      "Site",
      verbs(
        "cloudfront",
        "CreateDistribution CreateOriginAccessControl DeleteDistribution DeleteOriginAccessControl GetDistribution GetDistributionConfig GetOriginAccessControl ListTagsForResource TagResource UntagResource UpdateDistribution UpdateOriginAccessControl",
      ),
      "arn:aws:cloudfront::*:*",
    ),
    allow(
      "Certificates",
      verbs(
        "acm",
        "AddTagsToCertificate DeleteCertificate DescribeCertificate ListTagsForCertificate RequestCertificate",
      ),
      "arn:aws:acm:*:*:certificate/*",
    ),
    allow(
      "Names",
      verbs("route53", "ChangeResourceRecordSets GetHostedZone ListResourceRecordSets"),
      "arn:aws:route53:::hostedzone/*",
    ),
    allow("NameChanges", ["route53:GetChange"], "arn:aws:route53:::change/*"),
  );
}

function compute({ project, account, region }: BootstrapPlace): PolicyDocument {
  const here = `${region}:${account}`;
  const inRegion = { StringEquals: { "aws:RequestedRegion": region } };
  return document(
    allow(
      "Look",
      [
        ...verbs("ecs", "DescribeTaskDefinition ListTaskDefinitions DeregisterTaskDefinition"),
        ...verbs("elasticloadbalancing", "Describe*"),
        ...verbs("application-autoscaling", "DescribeScalableTargets DescribeScalingPolicies"),
        ...verbs("servicediscovery", "ListNamespaces GetOperation"),
        "ecr:GetAuthorizationToken",
        ...verbs("cloudwatch", "DescribeAlarms GetMetricData"),
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
      ],
      "*",
      inRegion,
    ),
    allow(
      "Containers",
      verbs(
        "ecs",
        "CreateCluster CreateService DeleteCluster DeleteService DescribeClusters DescribeServiceDeployments DescribeServiceRevisions DescribeServices DescribeTasks ListServiceDeployments ListServices ListTagsForResource ListTasks PutClusterCapacityProviders RegisterTaskDefinition RunTask StopTask TagResource UntagResource UpdateCluster UpdateService",
      ),
      verbs(
        `arn:aws:ecs:${here}`,
        `cluster/${project}-* service/${project}-*/* service-deployment/${project}-*/*/* service-revision/${project}-*/*/* task/${project}-*/* task-definition/${project}-*:*`,
      ),
    ),
    allow(
      "LoadBalancers",
      verbs(
        "elasticloadbalancing",
        "AddTags CreateListener CreateLoadBalancer CreateRule CreateTargetGroup DeleteListener DeleteLoadBalancer DeleteRule DeleteTargetGroup ModifyListener ModifyLoadBalancerAttributes ModifyRule ModifyTargetGroup ModifyTargetGroupAttributes RemoveTags SetRulePriorities SetSecurityGroups SetSubnets",
      ),
      verbs(
        `arn:aws:elasticloadbalancing:${here}`,
        `loadbalancer/app/${project}-*/* targetgroup/${project}-*/* listener/app/${project}-*/* listener-rule/app/${project}-*/*`,
      ),
    ),
    allow(
      "Scaling",
      verbs(
        "application-autoscaling",
        "DeleteScalingPolicy DeregisterScalableTarget ListTagsForResource PutScalingPolicy RegisterScalableTarget TagResource UntagResource",
      ),
      `arn:aws:application-autoscaling:${here}:scalable-target/*`,
    ),
    allow(
      "Namespaces",
      verbs(
        "servicediscovery",
        "CreateHttpNamespace DeleteNamespace GetNamespace ListTagsForResource TagResource UntagResource",
      ),
      "*",
      inRegion,
    ),
    allow(
      "Images",
      verbs(
        "ecr",
        "BatchCheckLayerAvailability BatchDeleteImage BatchGetImage CompleteLayerUpload CreateRepository DeleteLifecyclePolicy DeleteRepository DescribeImages DescribeRepositories GetDownloadUrlForLayer GetLifecyclePolicy InitiateLayerUpload ListImages ListTagsForResource PutImage PutImageScanningConfiguration PutImageTagMutability PutLifecyclePolicy TagResource UntagResource UploadLayerPart",
      ),
      `arn:aws:ecr:${here}:repository/${project}-*`,
    ),
    allow(
      "Logs",
      verbs(
        "logs",
        "AssociateKmsKey CreateLogGroup DeleteLogGroup DeleteRetentionPolicy DisassociateKmsKey FilterLogEvents GetLogEvents ListTagsForResource PutRetentionPolicy TagResource UntagResource",
      ),
      verbs(`arn:aws:logs:${here}`, `log-group:/${project}/* log-group:/aws/*/${project}-*`),
    ),
    allow(
      "Alarms",
      verbs(
        "cloudwatch",
        "DeleteAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource",
      ),
      `arn:aws:cloudwatch:${here}:alarm:*`,
    ),
    allow(
      "Topics",
      verbs(
        "sns",
        "CreateTopic DeleteTopic GetSubscriptionAttributes GetTopicAttributes ListTagsForResource SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource",
      ),
      `arn:aws:sns:${here}:${project}-*`,
    ),
  );
}

function data({ project, account, region }: BootstrapPlace): PolicyDocument {
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
        `db:${project}-* pg:* subgrp:* snapshot:${project}-* og:default*`,
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

/** A role that it makes can do what the boundary allows and no more; and it can change neither itself nor the boundary. */
function roles(place: BootstrapPlace): PolicyDocument {
  const { project, account } = place;
  const names = namesOf(place);
  const role = `arn:aws:iam::${account}:role/${project}-*`;
  const bounded = { StringEquals: { "iam:PermissionsBoundary": names.boundaryArn } };
  return document(
    allow(
      "Look",
      verbs(
        "iam",
        "GetRole GetRolePolicy ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies ListRoleTags",
      ),
      role,
    ),
    allow(
      "Make",
      verbs("iam", "CreateRole PutRolePolicy DeleteRolePolicy PutRolePermissionsBoundary"),
      role,
      bounded,
    ),
    allow(
      "Change",
      verbs("iam", "DeleteRole TagRole UntagRole UpdateAssumeRolePolicy UpdateRole"),
      role,
    ),
    allow("Pass", ["iam:PassRole"], role, {
      StringEquals: {
        "iam:PassedToService": [
          "ecs-tasks.amazonaws.com",
          "ecs.amazonaws.com",
          "vpc-flow-logs.amazonaws.com",
          "monitoring.rds.amazonaws.com",
          "scheduler.amazonaws.com",
        ],
      },
    }),
    allow(
      "ServiceRoles",
      ["iam:CreateServiceLinkedRole"],
      `arn:aws:iam::${account}:role/aws-service-role/*`,
      {
        StringEquals: {
          "iam:AWSServiceName": [
            "ecs.amazonaws.com",
            "ecs.application-autoscaling.amazonaws.com",
            "elasticloadbalancing.amazonaws.com",
            "elasticache.amazonaws.com",
            "rds.amazonaws.com",
          ],
        },
      },
    ),
    {
      Sid: "NotItself",
      Effect: "Deny",
      Action: verbs(
        "iam",
        "AttachRolePolicy CreatePolicyVersion DeletePolicy DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy PutRolePermissionsBoundary PutRolePolicy SetDefaultPolicyVersion UpdateAssumeRolePolicy",
      ),
      Resource: [names.roleArn, `arn:aws:iam::${account}:policy/${project}-landfall-*`],
    },
  );
}

function state(place: BootstrapPlace): PolicyDocument {
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
