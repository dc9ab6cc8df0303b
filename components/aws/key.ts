import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import { transformed } from "../transform";
import type { AwsFoundation } from "./context";
import { stackName, stackPath } from "./context";
import { tagsOf } from "./tags";

/** The stack's one key. */
export function createKey(on: AwsFoundation): kms.Key {
  const args: kms.KeyArgs = {
    description: `Data, logs, secrets and topics of ${stackName(on)}`,
    enableKeyRotation: true,
    // What is encrypted with it is lost with it: the longest time to think again.
    deletionWindowInDays: 30,
    policy: keyPolicy(on),
    tags: tagsOf(on, stackName(on)),
  };
  const key = new kms.Key(`${on.name}-key`, transformed(args, on.transform.key), {
    parent: on.environment,
    dependsOn: [on.admission],
  });
  new kms.Alias(
    `${on.name}-key-alias`,
    { name: `alias/${stackName(on)}`, targetKeyId: key.keyId },
    { parent: on.environment },
  );
  return key;
}

/**
 * Who may use the key. In a key's own policy `*` is that key alone; the first statement is the one by which the
 * account's IAM policies decide, and without which nobody could change the key again.
 */
function keyPolicy(on: AwsFoundation): pulumi.Output<string> {
  const { region, accountId } = on;
  const groups = [
    stackPath(on, "*"),
    `/aws/ecs/containerinsights/${stackName(on)}/*`,
    `/aws/rds/instance/${stackName(on)}-*`,
  ];
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Account",
        Effect: "Allow",
        Principal: { AWS: pulumi.interpolate`arn:aws:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "Logs",
        Effect: "Allow",
        Principal: { Service: `logs.${region}.amazonaws.com` },
        Action: [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:DescribeKey",
        ],
        Resource: "*",
        Condition: {
          ArnLike: {
            "kms:EncryptionContext:aws:logs:arn": groups.map(
              (group) => pulumi.interpolate`arn:aws:logs:${region}:${accountId}:log-group:${group}`,
            ),
          },
        },
      },
      {
        Sid: "Alarms",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: "*",
        Condition: { StringEquals: { "aws:SourceAccount": accountId } },
      },
    ],
  });
}
