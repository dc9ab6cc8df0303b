import * as pulumi from "@pulumi/pulumi";
import type { PrivateBucket } from "./bucket";
import { createPrivateBucket } from "./bucket";
import type { AwsFoundation } from "./context";

/** Where the load balancer writes down every request. It can write with S3's own encryption alone. */
export function createAccessLogs(on: AwsFoundation): PrivateBucket {
  const { accountId, settings } = on;
  return createPrivateBucket(on, on.environment, `${on.name}-access-logs`, {
    purpose: "access-logs",
    keyArn: undefined,
    versioned: false,
    expireDays: settings.logRetentionDays,
    forceDestroy: !settings.deletionProtection,
    statements: (bucket) => [
      {
        Sid: "LoadBalancer",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: pulumi.interpolate`${bucket.arn}/AWSLogs/${accountId}/*`,
      },
    ],
  });
}
