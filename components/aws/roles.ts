import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "./args";
import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { AwsContext } from "./context";
import type { TaskSecret } from "./secrets";
import { tagsOf } from "./tags";

/** A role with the resource that gives it its rights, for those who must wait until it has them. */
export interface GrantedRole {
  readonly arn: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
}

/** One statement of what a role may do. */
export interface Grant extends PolicyStatement {
  readonly sid: string;
}

/** What an execution role is for: starting tasks, and nothing that the tasks do themselves. */
export interface Execution {
  readonly logGroup: cloudwatch.LogGroup;
  /** ECR repositories of the task's images. */
  readonly repositoryArns: readonly pulumi.Output<string>[];
  readonly secrets: readonly TaskSecret[];
}

/** The role by which ECS starts a task: pulls exactly its images, reads exactly its secrets, writes exactly its logs. */
export function executionRole(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  name: string,
  execution: Execution,
): GrantedRole {
  return role(context, parent, `${name}-execution`, "ecs-tasks.amazonaws.com", [
    ...pulling(execution.repositoryArns),
    ...reading(context, execution.secrets),
    {
      sid: "WriteLogs",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      // The group's streams; the group itself has another ARN.
      resources: [pulumi.interpolate`${execution.logGroup.arn}:log-stream:*`],
    },
  ]);
}

/** A role that a service of AWS takes, in this account alone. */
export function role(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  name: string,
  principal: string,
  grants: readonly Grant[],
): GrantedRole {
  const made = new iam.Role(
    name,
    {
      assumeRolePolicy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: "sts:AssumeRole",
            Principal: { Service: principal },
            Condition: { StringEquals: { "aws:SourceAccount": context.accountId } },
          },
        ],
      }),
      permissionsBoundary: context.settings.permissionsBoundary,
      tags: tagsOf(context),
    },
    { parent, dependsOn: [context.admission] },
  );
  if (grants.length === 0) return { arn: made.arn, ready: [made] };
  const policy = new iam.RolePolicy(
    `${name}-policy`,
    { role: made.name, policy: policyDocument(grants) },
    { parent },
  );
  return { arn: made.arn, ready: [policy] };
}

function policyDocument(grants: readonly Grant[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: grants.map(({ sid, actions, resources, condition }) => ({
      Sid: sid,
      Effect: "Allow",
      Action: actions,
      Resource: resources,
      ...(condition === undefined ? {} : { Condition: condition }),
    })),
  });
}

function pulling(repositoryArns: readonly pulumi.Output<string>[]): Grant[] {
  if (repositoryArns.length === 0) return [];
  return [
    // The one action of this role that AWS knows for `*` only: a token opens nothing that the next statement does not.
    { sid: "SignInToEcr", actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
    {
      sid: "PullImages",
      actions: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
      ],
      resources: unique(repositoryArns),
    },
  ];
}

function unique(arns: readonly pulumi.Output<string>[]): pulumi.Output<string[]> {
  return pulumi.all([...arns]).apply((known) => [...new Set(known)].sort());
}

function reading({ key, region }: AwsContext, secrets: readonly TaskSecret[]): Grant[] {
  const of = (store: TaskSecret["store"]) =>
    secrets.filter((each) => each.store === store).map(({ arn }) => arn);
  const [parameters, others] = [of("ssm"), of("secretsmanager")];
  const services = [
    ...(parameters.length > 0 ? ["ssm"] : []),
    ...(others.length > 0 ? ["secretsmanager"] : []),
  ];
  if (services.length === 0) return [];
  return [
    ...(parameters.length > 0
      ? [{ sid: "ReadParameters", actions: ["ssm:GetParameters"], resources: parameters }]
      : []),
    ...(others.length > 0
      ? [{ sid: "ReadSecrets", actions: ["secretsmanager:GetSecretValue"], resources: others }]
      : []),
    {
      sid: "DecryptSecrets",
      actions: ["kms:Decrypt"],
      resources: [key.arn],
      condition: {
        StringEquals: {
          "kms:ViaService": services.map((service) => `${service}.${region}.amazonaws.com`),
        },
      },
    },
  ];
}
