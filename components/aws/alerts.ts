import type * as kms from "@pulumi/aws/kms";
import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";
import type { AwsFoundation } from "./context";
import { stackName } from "./context";
import { tagsOf } from "./tags";

/** The topic that alarms go to, and the addresses that hear of them. */
export function createAlerts(on: AwsFoundation, key: kms.Key): sns.Topic {
  const opts = { parent: on.environment };
  const topic = new sns.Topic(
    `${on.name}-alerts`,
    { name: stackName(on, "alerts"), kmsMasterKeyId: key.arn, tags: tagsOf(on) },
    opts,
  );
  const policy = pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Alarms",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topic.arn,
        Condition: { StringEquals: { "aws:SourceAccount": on.accountId } },
      },
      {
        Sid: "EncryptedAlone",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: topic.arn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
  new sns.TopicPolicy(`${on.name}-alerts-policy`, { arn: topic.arn, policy }, opts);
  for (const email of on.settings.alertEmails)
    new sns.TopicSubscription(
      `${on.name}-alerts-${email}`,
      { topic: topic.arn, protocol: "email", endpoint: email },
      opts,
    );
  return topic;
}
