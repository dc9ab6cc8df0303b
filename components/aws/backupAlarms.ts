import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsContext } from "./context";
import { stackName } from "./context";
import { tagsOf } from "./tags";

const DAY = 24 * 60 * 60;

/**
 * Who does not hear of a backup that has not been made finds out when it is needed. Two days without one, and every drill that
 * fails, go to the environment's topic. What counts is what the tasks print, so a task that never starts is missed as well.
 */
export function createBackupAlarms(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  name: string,
  logGroup: cloudwatch.LogGroup,
): void {
  const done = counted(context, parent, `${name}-done`, logGroup, '"backup done"');
  alarm(context, parent, `${name}-overdue`, {
    ...done,
    alarmDescription: `${name}: no backup for two days`,
    comparisonOperator: "LessThanThreshold",
    threshold: 1,
    period: DAY,
    evaluationPeriods: 2,
    treatMissingData: "breaching",
  });
  const failed = counted(
    context,
    parent,
    `${name}-failed`,
    logGroup,
    '?"restore drill failed" ?"pg_restore: error"',
  );
  alarm(context, parent, `${name}-drill-failed`, {
    ...failed,
    alarmDescription: `${name}: the newest dump could not be restored as it was`,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    period: 300,
    evaluationPeriods: 1,
    treatMissingData: "notBreaching",
  });
}

/** Lines of a log group as a metric of the stack's own. */
function counted(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  name: string,
  logGroup: cloudwatch.LogGroup,
  pattern: string,
) {
  const namespace = stackName(context);
  const metricName = name;
  new cloudwatch.LogMetricFilter(
    `${name}-filter`,
    {
      name: stackName(context, name),
      logGroupName: logGroup.name,
      pattern,
      metricTransformation: { namespace, name: metricName, value: "1" },
    },
    { parent },
  );
  return { namespace, metricName, statistic: "Sum" };
}

function alarm(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  name: string,
  args: cloudwatch.MetricAlarmArgs,
): void {
  new cloudwatch.MetricAlarm(
    name,
    {
      ...args,
      name: stackName(context, name),
      alarmActions: [context.alerts.arn],
      okActions: [context.alerts.arn],
      tags: tagsOf(context),
    },
    { parent, dependsOn: [context.admission] },
  );
}
