import {
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
  type Failure,
  type Task,
} from "@aws-sdk/client-ecs";
import { randomUUID } from "node:crypto";
import { pause, untilNextLook } from "./cancellable";
import { clientConfig } from "./clients";
import { explained, isPassing } from "./failures";
import type { EcsTaskInputs } from "./types";

/** How patient a run is; tests are less. */
export interface RunTiming {
  /** Longest time between two looks. */
  readonly intervalMs: number;
  /** Time for which a task that was just started may not show, and a role that was just made may not be known. */
  readonly missingMs: number;
  /** Time between two tries to find a place for it. */
  readonly retryMs: number;
}

/** How a task has ended. */
export interface Ended {
  readonly taskArn: string;
  readonly task: Task;
  /** Undefined when the container has not even started. */
  readonly exitCode: number | undefined;
  /** Why it was not left to end by itself. */
  readonly cut?: "deadline" | "cancelled";
}

/** One run of a task. */
export class TaskRun {
  private readonly client: ECSClient;
  private readonly started = Date.now();
  private readonly deadline: number;

  constructor(
    private readonly inputs: EcsTaskInputs,
    private readonly timing: RunTiming,
    private readonly signal: AbortSignal,
  ) {
    this.client = new ECSClient(clientConfig(inputs));
    this.deadline = this.started + inputs.timeoutSeconds * 1000;
  }

  async toItsEnd(): Promise<Ended> {
    try {
      const taskArn = (await this.underWay()) ?? (await this.start());
      return await this.end(taskArn);
    } catch (error) {
      if (error instanceof TaskError || this.signal.aborted) throw error;
      throw this.failure(explained(error));
    } finally {
      this.client.destroy();
    }
  }

  /**
   * A run that an update has left which was killed half way: the same one is waited for, and another one may end by itself first,
   * since two must never work at once, and what it does (a migration) must not be cut off.
   */
  private async underWay(): Promise<string | undefined> {
    for (;;) {
      const running = await this.runningOnes();
      const same = running.find((task) => task.taskDefinitionArn === this.inputs.taskDefinition);
      if (same?.taskArn !== undefined) return same.taskArn;
      if (running.length === 0) return undefined;
      if (Date.now() >= this.deadline)
        throw this.failure(
          `an earlier run is still under way (${running.map(({ taskArn }) => taskArn).join(", ")})`,
        );
      await pause(untilNextLook(this.timing.intervalMs, this.age()), this.signal);
    }
  }

  private async runningOnes(): Promise<Task[]> {
    const { cluster, startedBy } = this.inputs;
    // AWS takes no other filter beside this one.
    const { taskArns = [] } = await this.patiently(() =>
      this.client.send(new ListTasksCommand({ cluster, startedBy })),
    );
    if (taskArns.length === 0) return [];
    const { tasks = [] } = await this.patiently(() =>
      this.client.send(new DescribeTasksCommand({ cluster, tasks: taskArns })),
    );
    return tasks.filter(({ lastStatus }) => lastStatus !== "STOPPED");
  }

  private async start(): Promise<string> {
    for (;;) {
      const [task, failure] = await this.startOnce();
      if (task?.taskArn !== undefined) return task.taskArn;
      const why = failure?.reason ?? "AWS has started none and says not why";
      // No place just now: there may be one later.
      if (!/RESOURCE|capacity|AGENT/i.test(why)) throw this.failure(`it was not started: ${why}`);
      if (Date.now() + this.timing.retryMs > this.deadline)
        throw this.failure(
          `there was no place for it within ${this.inputs.timeoutSeconds} s: ${why}`,
        );
      await pause(this.timing.retryMs, this.signal);
    }
  }

  private async startOnce(): Promise<[Task | undefined, Failure | undefined]> {
    const { cluster, taskDefinition, subnets, securityGroups, startedBy } = this.inputs;
    const command = new RunTaskCommand({
      cluster,
      taskDefinition,
      startedBy,
      count: 1,
      launchType: "FARGATE",
      platformVersion: "1.4.0",
      enableECSManagedTags: true,
      propagateTags: "TASK_DEFINITION",
      networkConfiguration: {
        awsvpcConfiguration: { subnets, securityGroups, assignPublicIp: "DISABLED" },
      },
      // However often this very request is sent: one task comes of it.
      clientToken: randomUUID(),
    });
    const { tasks = [], failures = [] } = await this.patiently(
      () => this.client.send(command),
      true,
    );
    return [tasks[0], failures[0]];
  }

  private async end(taskArn: string): Promise<Ended> {
    const since = Date.now();
    for (;;) {
      const task = await this.look(taskArn);
      if (task?.lastStatus === "STOPPED") return this.ended(taskArn, task);
      if (task === undefined && Date.now() - since > this.timing.missingMs)
        throw this.failure(`task ${taskArn} is not there any more`);
      if (this.signal.aborted) return this.cut(taskArn, task ?? {}, "cancelled");
      if (Date.now() >= this.deadline) return this.cut(taskArn, task ?? {}, "deadline");
      const wait = untilNextLook(this.timing.intervalMs, Date.now() - since);
      await pause(wait, this.signal).catch(() => undefined);
    }
  }

  private async look(taskArn: string): Promise<Task | undefined> {
    const { cluster } = this.inputs;
    const command = new DescribeTasksCommand({ cluster, tasks: [taskArn] });
    return (await this.patiently(() => this.client.send(command))).tasks?.[0];
  }

  private ended(taskArn: string, task: Task): Ended {
    const own = task.containers?.find(({ name }) => name === this.inputs.container);
    return { taskArn, task, exitCode: own?.exitCode };
  }

  private async cut(taskArn: string, task: Task, why: "deadline" | "cancelled"): Promise<Ended> {
    const { cluster, name } = this.inputs;
    const reason = why === "deadline" ? "it took too long" : "the update was cancelled";
    try {
      await this.client.send(new StopTaskCommand({ cluster, task: taskArn, reason }));
    } catch (error) {
      throw this.failure(
        `${reason}, and it could not be stopped: ${taskArn} (${explained(error)})`,
      );
    }
    return { taskArn, task: { ...task, group: name }, exitCode: undefined, cut: why };
  }

  /** Asks until AWS answers: throttling, a network that is away, a role that it does not know yet. */
  private async patiently<T>(ask: () => Promise<T>, isStart = false): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        const isNew = isStart && isUnknownRole(error) && this.age() < this.timing.missingMs;
        if (!isNew && !isPassing(error)) throw error;
        if (this.signal.aborted || Date.now() >= this.deadline) throw error;
        await pause(this.timing.retryMs, this.signal);
      }
    }
  }

  private age(): number {
    return Date.now() - this.started;
  }

  private failure(what: string): TaskError {
    return new TaskError(`task "${this.inputs.name}": ${what}`);
  }
}

class TaskError extends Error {}

function isUnknownRole(error: unknown): boolean {
  return (
    error instanceof Error && /unable to assume the role|Role is not valid/i.test(error.message)
  );
}
