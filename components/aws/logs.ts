import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as kms from "@pulumi/aws/kms";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsFoundation } from "./context";
import { tagsOf } from "./tags";

/** A log group: encrypted with the stack's key, which knows the stack's path alone, and kept for the environment's days. */
export function createLogGroup(
  on: AwsFoundation & { readonly key: kms.Key },
  parent: pulumi.Resource,
  name: string,
  path: string,
): cloudwatch.LogGroup {
  return new cloudwatch.LogGroup(
    name,
    {
      name: path,
      kmsKeyId: on.key.arn,
      retentionInDays: on.settings.logRetentionDays,
      tags: tagsOf(on),
    },
    { parent },
  );
}
