import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import type * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import type { AwsFoundation } from "./context";
import { stackName, stackPath } from "./context";
import { createLogGroup } from "./logs";
import { tagsOf } from "./tags";

/** A record of the connections that the network has refused: what an intruder, or a missing rule, leaves behind. */
export function createFlowLogs(
  on: AwsFoundation & { readonly key: kms.Key },
  network: ec2.Vpc,
): void {
  const { name, environment: parent } = on;
  const group = createLogGroup(on, parent, `${name}-flow-logs`, stackPath(on, "flow-logs"));
  const role = new iam.Role(
    `${name}-flow-logs`,
    {
      description: `Writes the flow logs of ${stackName(on)}`,
      assumeRolePolicy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "vpc-flow-logs.amazonaws.com" },
            Action: "sts:AssumeRole",
            Condition: { StringEquals: { "aws:SourceAccount": on.accountId } },
          },
        ],
      }),
      permissionsBoundary: on.settings.permissionsBoundary,
      tags: tagsOf(on),
    },
    { parent, dependsOn: [on.admission] },
  );
  const policy = new iam.RolePolicy(
    `${name}-flow-logs`,
    {
      role: role.id,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: [
              "logs:CreateLogStream",
              "logs:PutLogEvents",
              "logs:DescribeLogGroups",
              "logs:DescribeLogStreams",
            ],
            // The second is its streams: a log group's policies name them so.
            Resource: [group.arn, pulumi.interpolate`${group.arn}:log-stream:*`],
          },
        ],
      }),
    },
    { parent },
  );
  new ec2.FlowLog(
    `${name}-flow-logs`,
    {
      vpcId: network.id,
      trafficType: "REJECT",
      logDestinationType: "cloud-watch-logs",
      logDestination: group.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: 600,
      tags: tagsOf(on, stackName(on)),
    },
    { parent, dependsOn: [policy] },
  );
}
