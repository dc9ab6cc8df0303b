import type * as ec2 from "@pulumi/aws/ec2";
import type * as ecs from "@pulumi/aws/ecs";
import * as scheduler from "@pulumi/aws/scheduler";
import type * as pulumi from "@pulumi/pulumi";
import type { TimeOfDay, Weekday } from "../specs";
import type { AwsContext } from "./context";
import { stackName } from "./context";
import type { GrantedRole } from "./roles";
import { role } from "./roles";

/** A task that is run again and again. */
export interface ScheduledTask {
  readonly definition: ecs.TaskDefinition;
  /** Those that the task takes: the scheduler hands them on. */
  readonly roles: readonly GrantedRole[];
  /** Every day, or every week where a day is named; UTC. */
  readonly at: TimeOfDay & { readonly day?: Weekday };
  readonly group: ec2.SecurityGroup;
  readonly needs: readonly pulumi.Resource[];
}

/** Runs a task on Fargate, in the private subnets, at a time of the day or of the week. */
export function schedule(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  name: string,
  { definition, roles, at, group, needs }: ScheduledTask,
): void {
  const own = role(context, parent, `${name}-scheduler`, "scheduler.amazonaws.com", [
    {
      sid: "RunTask",
      actions: ["ecs:RunTask"],
      resources: [definition.arn],
      condition: { ArnEquals: { "ecs:cluster": context.cluster.arn } },
    },
    {
      sid: "HandOnRoles",
      actions: ["iam:PassRole"],
      resources: roles.map(({ arn }) => arn),
      condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
  ]);
  new scheduler.Schedule(
    `${name}-schedule`,
    {
      name: stackName(context, name),
      scheduleExpression: expression(at),
      scheduleExpressionTimezone: "UTC",
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: context.cluster.arn,
        roleArn: own.arn,
        ecsParameters: {
          taskDefinitionArn: definition.arn,
          taskCount: 1,
          launchType: "FARGATE",
          platformVersion: "1.4.0",
          networkConfiguration: {
            subnets: [...context.network.privateSubnetIds],
            securityGroups: [group.id],
            assignPublicIp: false,
          },
        },
        // A start that fails for want of room is tried again within the hour, and not after that.
        retryPolicy: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 3600 },
      },
    },
    {
      parent,
      dependsOn: [
        context.admission,
        ...own.ready,
        ...roles.flatMap(({ ready }) => ready),
        ...needs,
      ],
    },
  );
}

/** Minute, hour, day of the month, month, day of the week, year: of the two days, one is `?`. */
function expression({ hour, minute, day }: ScheduledTask["at"]): string {
  const days = day === undefined ? "* * ?" : `? * ${day.toUpperCase()}`;
  return `cron(${minute} ${hour} ${days} *)`;
}
