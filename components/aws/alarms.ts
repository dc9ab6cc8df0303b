import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmsDeployment, AlarmsSpec } from "../specs";
import type { AlarmPlan } from "./alarmPlan";
import { alarmPlans } from "./alarmPlan";
import type { AwsContext } from "./context";
import { stackName } from "./context";
import { dashboardBody } from "./dashboard";
import { tagsOf } from "./tags";

/** Minutes that are looked at, as the document has it: two times five. */
const WATCHED = { period: 300, evaluationPeriods: 2 } as const;

/** Alarms of CloudWatch that tell the environment's topic, when it begins and when it is over, and a page with all of them. */
export function alarms(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: AlarmsSpec,
): AlarmsDeployment {
  const plans = alarmPlans(context, spec, WATCHED.period);
  const made = plans.map((plan) => ({ plan, alarm: createAlarm(context, parent, spec, plan) }));
  const dashboard = new cloudwatch.Dashboard(
    `${spec.name}-dashboard`,
    {
      dashboardName: stackName(context, spec.name),
      dashboardBody: dashboardBody(
        context.region,
        made.map(({ plan, alarm }) => ({ title: plan.title, arn: alarm.arn })),
      ),
    },
    { parent, dependsOn: [context.admission] },
  );
  const names = pulumi.all(made.map(({ alarm }) => alarm.name));
  return {
    status: pulumi
      .all([names, context.alerts.arn, dashboard.dashboardName])
      .apply(([all, topic, page]) => ({
        thresholds: spec.thresholds,
        watched: made.map(({ plan }, index) => ({
          component: plan.component,
          what: plan.title,
          alarm: all[index] ?? "",
        })),
        cloudwatch: { region: context.region, topic, dashboard: page },
      })),
  };
}

function createAlarm(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: AlarmsSpec,
  { key, title, component, threshold, below, missing, metric, queries }: AlarmPlan,
): cloudwatch.MetricAlarm {
  const args: cloudwatch.MetricAlarmArgs = {
    name: stackName(context, key),
    alarmDescription: `${component}: ${title}`,
    comparisonOperator: below ? "LessThanThreshold" : "GreaterThanThreshold",
    evaluationPeriods: WATCHED.evaluationPeriods,
    threshold,
    treatMissingData: missing,
    alarmActions: [context.alerts.arn],
    okActions: [context.alerts.arn],
    tags: tagsOf(context),
    ...(queries === undefined ? { ...metric, period: WATCHED.period } : { metricQueries: queries }),
  };
  return new cloudwatch.MetricAlarm(`${spec.name}-${key}`, args, {
    parent,
    dependsOn: [context.admission],
  });
}
