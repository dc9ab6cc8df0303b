import { permissionsOf } from "./permissions";
import { audience, issuer, namesOf } from "./names";
import type { BootstrapPlace } from "./names";

/** A policy of AWS as it is written. */
export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: readonly Record<string, unknown>[];
}

export function policy(...statements: readonly Record<string, unknown>[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** Every policy that bootstrap writes, by what it is for. */
export function documentsOf(place: BootstrapPlace): Record<string, PolicyDocument> {
  return {
    trust: trust(place),
    bucket: bucketPolicy(place),
    key: keyPolicy(place),
    boundary: boundary(place),
    ...permissionsOf(place),
  };
}

/** Jobs of one repository alone: on its branch, or in an environment, which is where GitHub asks for approval. */
function trust(place: BootstrapPlace): PolicyDocument {
  const { repository, branch, environments } = place;
  return policy({
    Sid: "GitHub",
    Effect: "Allow",
    Principal: { Federated: namesOf(place).provider },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: audience,
        [`${issuer}:sub`]: [
          ...environments.map((name) => `repo:${repository}:environment:${name}`),
          `repo:${repository}:ref:refs/heads/${branch}`,
        ],
      },
    },
  });
}

/** TLS alone; and what marks an update that runs is deleted by the deploy role and the account's administrators alone. */
function bucketPolicy(place: BootstrapPlace): PolicyDocument {
  const { bucket, account } = place;
  const all = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  return policy(
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: all,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      Sid: "ThisAccountOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: all,
      Condition: {
        StringNotEquals: { "aws:PrincipalAccount": account },
        BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
      },
    },
    {
      Sid: "LocksOfOthers",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:DeleteObject", "s3:DeleteObjectVersion"],
      Resource: [`arn:aws:s3:::${bucket}/.pulumi/locks/*`],
      Condition: {
        ArnNotLike: {
          "aws:PrincipalArn": [
            namesOf(place).roleArn,
            `arn:aws:iam::${account}:root`,
            `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_AdministratorAccess_*`,
          ],
        },
      },
    },
  );
}

function keyPolicy(place: BootstrapPlace): PolicyDocument {
  return policy({
    Sid: "Account",
    Effect: "Allow",
    // Who of the account may use it is said by policies of its roles; without this nobody could ever change the key.
    Principal: { AWS: `arn:aws:iam::${place.account}:root` },
    Action: "kms:*",
    Resource: "*",
  });
}

/** The most that a role may do which the deploy role makes: what tasks and their start need, in this project alone. */
function boundary({ project, account, region }: BootstrapPlace): PolicyDocument {
  const here = `${region}:${account}`;
  return policy(
    {
      Sid: "Own",
      Effect: "Allow",
      Action: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:ListBucket",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameters",
      ],
      Resource: [
        `arn:aws:ecr:${here}:repository/${project}-*`,
        `arn:aws:logs:${here}:log-group:/${project}/*`,
        `arn:aws:logs:${here}:log-group:/aws/*/${project}-*`,
        `arn:aws:s3:::${project}-*`,
        `arn:aws:secretsmanager:${here}:secret:/${project}/*`,
        `arn:aws:secretsmanager:${here}:secret:rds!*`,
        `arn:aws:ssm:${here}:parameter/${project}/*`,
      ],
    },
    {
      Sid: "Keys",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: `arn:aws:kms:${here}:key/*`,
      Condition: { StringEquals: { "aws:ResourceTag/Project": project } },
    },
    {
      Sid: "SignInAndTraffic",
      Effect: "Allow",
      // AWS knows the first five for every resource alone.
      Action: [
        "ecr:GetAuthorizationToken",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeRules",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
        "elasticloadbalancing:DeregisterTargets",
        "elasticloadbalancing:ModifyRule",
        "elasticloadbalancing:RegisterTargets",
      ],
      Resource: "*",
    },
  );
}
