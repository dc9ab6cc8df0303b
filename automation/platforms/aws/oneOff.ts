import { randomUUID } from "node:crypto";

import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeTasksCommand,
  ECSClient,
  RunTaskCommand,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import type { Task } from "@aws-sdk/client-ecs";

import { LandfallError } from "../../errors";
import type { IntendedDatabase } from "../../intended";
import type { PlatformSession } from "../types";
import { clientSettings, using } from "../../../components/aws/dynamic/clients";
import { isNamed } from "../../../components/aws/dynamic/failures";
import { awsFailure } from "./failure";

export interface OneOff {
  region: string;
  tools: IntendedDatabase["tools"];
  /** Command of the container; it stands in the task's overrides, for all to read: no secrets. */
  command: readonly string[];
  /** What it is for, in words. */
  doing: string;
  /** Longest time, its start included, in milliseconds. @default five minutes */
  timeoutMs?: number;
}

export interface OneOffResult {
  exitCode: number;
  /** What it printed. */
  output: string;
}

const defaultTimeoutMs = 300_000;
const pollMs = 2000;
/** A task that has just been started may not be known everywhere yet. */
const unknownForMs = 30_000;
/** Its last lines come a little after it has ended. */
const lateLinesMs = 10_000;

/** Runs a command in a task of its own to its end. A task that is not waited for any more is stopped. */
export async function runOnce(session: PlatformSession, job: OneOff): Promise<OneOffResult> {
  const client = new ECSClient(clientSettings(session.env, job.region));
  try {
    return await using(client, async () => {
      const arn = await start(client, job);
      try {
        const task = await ended(session, client, job, arn);
        return { exitCode: exitCodeOf(task, job), output: await outputOf(session, job, arn) };
      } catch (error) {
        await stop(client, job, arn);
        throw error;
      }
    });
  } catch (error) {
    throw awsFailure(error, job.doing);
  }
}

async function start(client: ECSClient, { tools, command, doing }: OneOff): Promise<string> {
  const { cluster, taskDefinition, container, subnets, securityGroups } = tools;
  const { tasks = [], failures = [] } = await client.send(
    new RunTaskCommand({
      ...{ cluster, taskDefinition, count: 1, launchType: "FARGATE" },
      // Sent again after a lost answer it starts no second one.
      clientToken: randomUUID(),
      startedBy: "landfall",
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: [...subnets],
          securityGroups: [...securityGroups],
          assignPublicIp: "DISABLED",
        },
      },
      overrides: { containerOverrides: [{ name: container, command: [...command] }] },
    }),
  );
  const arn = tasks[0]?.taskArn;
  if (arn !== undefined) return arn;
  const why = failures.map(({ reason, detail }) => detail ?? reason).join("; ");
  throw new LandfallError("platform", `${doing}: ECS started no task: ${why}`);
}

async function ended(
  { context }: PlatformSession,
  client: ECSClient,
  { tools: { cluster }, doing, timeoutMs = defaultTimeoutMs }: OneOff,
  arn: string,
): Promise<Task> {
  const begun = context.clock.now();
  for (;;) {
    context.check();
    const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster, tasks: [arn] }));
    const [task] = tasks;
    if (task?.lastStatus === "STOPPED") return task;
    const waited = context.clock.now() - begun;
    if (task === undefined && waited > unknownForMs)
      throw new LandfallError("platform", `${doing}: ECS knows nothing of task ${arn}`);
    if (waited > timeoutMs) {
      const state = (task?.lastStatus ?? "unknown").toLowerCase();
      const message = `${doing}: the task did not end within ${timeoutMs / 1000} s (it is ${state}) and was stopped`;
      throw new LandfallError("platform", message);
    }
    await context.clock.sleep(pollMs, context.signal);
  }
}

function exitCodeOf(task: Task, { tools, doing }: OneOff): number {
  const own = task.containers?.find(({ name }) => name === tools.container);
  if (own?.exitCode !== undefined) return own.exitCode;
  const why = own?.reason ?? task.stoppedReason ?? "ECS gives no reason";
  throw new LandfallError("platform", `${doing}: the task did not run: ${why}`);
}

async function outputOf(
  { env, context }: PlatformSession,
  { region, tools }: OneOff,
  arn: string,
): Promise<string> {
  const id = arn.replace(/^.*\//, "");
  const logStreamName = `${tools.logPrefix}/${tools.container}/${id}`;
  const client = new CloudWatchLogsClient(clientSettings(env, region));
  const deadline = context.clock.now() + lateLinesMs;
  return using(client, async () => {
    for (;;) {
      const request = new GetLogEventsCommand({
        ...{ logGroupName: tools.logGroup, logStreamName, startFromHead: true },
      });
      const { events = [] } = await client.send(request).catch(withoutStream);
      if (events.length > 0 || context.clock.now() >= deadline)
        return events.map(({ message = "" }) => `${message.replace(/\n$/, "")}\n`).join("");
      await context.clock.sleep(pollMs / 2, context.signal);
    }
  });
}

function withoutStream(error: unknown): { events?: { message?: string }[] } {
  if (isNamed(error, "ResourceNotFoundException")) return {};
  throw error;
}

/** What failed is told, not that it could not be stopped either. */
async function stop(client: ECSClient, { tools }: OneOff, task: string): Promise<void> {
  const reason = "Landfall does not wait for it any more";
  await client
    .send(new StopTaskCommand({ cluster: tools.cluster, task, reason }))
    .catch(() => undefined);
}
