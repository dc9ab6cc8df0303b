import type { Container, ECSClient, Task } from "@aws-sdk/client-ecs";
import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";

import type { IntendedService } from "../../intended";
import { shortName, taskName } from "./deployment";
import type { SeenTask } from "./deployment";
import { isNamed } from "../../../components/aws/dynamic/failures";

type Ecs = NonNullable<IntendedService["ecs"]>;

/** ECS describes so many tasks at once. */
const atOnce = 100;
/** So many ended tasks are told of. */
const toldOf = 3;

/** The tasks of a service that run or are to. */
export async function runningTasks(client: ECSClient, ecs: Ecs): Promise<SeenTask[]> {
  const tasks = await describeTasks(client, ecs, "RUNNING");
  return tasks.map((task) => seenTask(task, ecs.container));
}

/** Why tasks of a service have ended, the newest first. ECS knows it for an hour. */
export async function stoppedReasons(client: ECSClient, ecs: Ecs): Promise<string[]> {
  const tasks = await describeTasks(client, ecs, "STOPPED");
  return [...tasks]
    .sort((a, b) => time(b.stoppedAt) - time(a.stoppedAt))
    .filter(({ stoppedReason = "" }) => !/^Scaling activity initiated by/.test(stoppedReason))
    .slice(0, toldOf)
    .map((task) => `task ${shortId(task)} stopped: ${stopReason(task, ecs.container)}`);
}

async function describeTasks(
  client: ECSClient,
  { cluster, service: serviceName }: Ecs,
  desiredStatus: "RUNNING" | "STOPPED",
): Promise<Task[]> {
  const found: Task[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client
      .send(new ListTasksCommand({ cluster, serviceName, desiredStatus, nextToken }))
      .catch(notThere);
    const tasks = page.taskArns ?? [];
    for (let at = 0; at < tasks.length; at += atOnce) {
      const some = tasks.slice(at, at + atOnce);
      const described = await client.send(new DescribeTasksCommand({ cluster, tasks: some }));
      found.push(...(described.tasks ?? []));
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return found;
}

/** A service that is not there has no tasks: that it is missing is told elsewhere. */
function notThere(error: unknown): { taskArns?: string[]; nextToken?: string } {
  if (isNamed(error, "ClusterNotFoundException", "ServiceNotFoundException")) return {};
  throw error;
}

function seenTask(task: Task, container: string): SeenTask {
  const own = task.containers?.find(({ name }) => name === container);
  const health = healthOf(task.healthStatus);
  const definition = task.taskDefinitionArn ?? "";
  return {
    name: shortId(task),
    state: (task.lastStatus ?? "unknown").toLowerCase(),
    taskDefinition: definition,
    revision: taskName(definition),
    ...(own?.imageDigest === undefined ? {} : { digest: own.imageDigest }),
    ...(own?.image === undefined ? {} : { image: own.image }),
    ...(health === undefined ? {} : { health }),
    ...(task.startedAt === undefined ? {} : { startedAt: task.startedAt.toISOString() }),
  };
}

function stopReason(task: Task, container: string): string {
  const ended = (task.containers ?? []).flatMap((each) => exitOf(each, container));
  return [task.stoppedReason ?? task.stopCode ?? "ECS gives no reason", ...ended].join("; ");
}

/** Helpers that ended well are no reason. */
function exitOf({ name = "", exitCode, reason }: Container, own: string): string[] {
  if (exitCode === undefined && reason === undefined) return [];
  if (exitCode === 0 && name !== own && reason === undefined) return [];
  const code = exitCode === undefined ? [] : [`exit code ${exitCode}`];
  return [`${name}: ${[...code, ...(reason === undefined ? [] : [reason])].join(", ")}`];
}

function healthOf(status: string | undefined): SeenTask["health"] {
  return status === "HEALTHY" ? "healthy" : status === "UNHEALTHY" ? "unhealthy" : undefined;
}

/** The beginning of a task's id: as much as anybody can read. */
export function shortId({ taskArn = "" }: Pick<Task, "taskArn">): string {
  return shortName(taskArn).slice(0, 12);
}

function time(date: Date | undefined): number {
  return date?.getTime() ?? 0;
}
