import {
  DescribeTasksCommand,
  ListTasksCommand,
  type ECSClient,
  type Service,
  type Task,
} from "@aws-sdk/client-ecs";
import { quotedLines } from "../../dynamic/text";
import { explained } from "./failures";

const EVENTS = 5;
const TASKS = 3;

/** Why a service's tasks do not stay: the ends of stopped tasks, and what ECS has said last. Never fails. */
export async function reasons(
  client: ECSClient,
  inputs: { readonly cluster: string; readonly service: string; readonly taskDefinition: string },
  service: Service | undefined,
  since: number,
): Promise<string> {
  const tasks = await stoppedTasks(client, inputs);
  // Events are told newest first; those of an earlier update are none of this one's.
  const events = (service?.events ?? [])
    .filter(({ createdAt }) => createdAt === undefined || createdAt.getTime() >= since)
    .slice(0, EVENTS)
    .reverse()
    .map(({ message }) => message ?? "");
  return `${quotedLines("stopped tasks", tasks.join("\n"))}${quotedLines("last events", events.join("\n"))}`;
}

async function stoppedTasks(
  client: ECSClient,
  inputs: { readonly cluster: string; readonly service: string; readonly taskDefinition: string },
): Promise<string[]> {
  const { cluster, service, taskDefinition } = inputs;
  try {
    const { taskArns = [] } = await client.send(
      new ListTasksCommand({ cluster, serviceName: service, desiredStatus: "STOPPED" }),
    );
    if (taskArns.length === 0) return [];
    const { tasks = [] } = await client.send(
      new DescribeTasksCommand({ cluster, tasks: taskArns.slice(0, 100) }),
    );
    return tasks
      .filter((task) => task.taskDefinitionArn === taskDefinition)
      .sort((a, b) => (b.stoppedAt?.getTime() ?? 0) - (a.stoppedAt?.getTime() ?? 0))
      .slice(0, TASKS)
      .map(endOf);
  } catch (error) {
    return [`they could not be read: ${explained(error)}`];
  }
}

/** How a task has ended, in one line. */
export function endOf({ taskArn = "", stoppedReason, containers = [] }: Task): string {
  const ended = containers
    .filter(({ exitCode, reason }) => reason !== undefined || (exitCode ?? 0) !== 0)
    .map(({ name, exitCode, reason }) => {
      const code = exitCode === undefined ? "" : ` exit code ${exitCode}`;
      return `${name ?? ""}${code}${reason === undefined ? "" : ` (${reason})`}`;
    });
  return `${taskArn.split("/").pop() ?? ""}: ${[stoppedReason ?? "ended", ...ended].join("; ")}`;
}
