import {
  DescribeServicesCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
  type Service,
} from "@aws-sdk/client-ecs";
import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { changedInputs, verdict } from "../../dynamic/diff";
import { checked, checkInputs, parsedInputs } from "../../dynamic/inputs";
import { cancellable, pause, untilNextLook } from "./cancellable";
import { clientConfig } from "./clients";
import { explained, isMissing, isPassing } from "./failures";
import { reasons } from "./reasons";
import { failedOf, progressOf } from "./rolloutState";
import type { EcsRolloutInputs } from "./types";
import { ecsRolloutSchema } from "./schemas";

/** How patient the gate is; tests are less. */
export interface RolloutTiming {
  /** Longest time between two looks. */
  readonly intervalMs: number;
  /** Time in which a change may not show yet: AWS's answers are consistent in the end. */
  readonly settleMs: number;
  /** The same for a service that is not there at all. */
  readonly missingMs: number;
}

const TIMING: RolloutTiming = { intervalMs: 5_000, settleMs: 20_000, missingMs: 60_000 };

/** What is only noted: it changes nothing that runs. */
const NOTED = ["deadlineSeconds", "profile"];

/** Waits until PRIMARY is the intended task definition, completed; fails the update when ECS fails it or rolls it back. */
export function ecsRolloutWith(timing: RolloutTiming) {
  const waited = (props: object) =>
    cancellable((signal) => new Wait(parsedInputs(ecsRolloutSchema, props), timing, signal).run());
  return {
    check(_olds, news) {
      return Promise.resolve(checked(news, checkInputs(ecsRolloutSchema, news)));
    },

    diff(_id, olds, news) {
      const keys = Object.keys(ecsRolloutSchema.shape).filter((key) => !NOTED.includes(key));
      return Promise.resolve(verdict(changedInputs(olds, news, keys)));
    },

    async create(props) {
      const outs = await waited(props);
      return { id: `rollout-${outs.service}`, outs };
    },

    async update(_id, _olds, news) {
      return { outs: await waited(news) };
    },

    read(id, props) {
      return Promise.resolve({ id, props });
    },

    delete() {
      return Promise.resolve();
    },
  } satisfies ResourceProvider<EcsRolloutInputs, EcsRolloutInputs>;
}

export const ecsRollout = ecsRolloutWith(TIMING);

/** One wait for one service. */
class Wait {
  private readonly client: ECSClient;
  private readonly started = Date.now();
  private readonly deadline: number;
  /** Deployments of the same task definition that had failed before: those of an update that is tried again. */
  private past: ReadonlySet<string> | undefined;
  private last: Service | undefined;
  private lastSaid = "nothing has been seen of it";
  private lastFailure = "";
  private wasSeen = false;
  private wasAskedFor = false;

  constructor(
    private readonly inputs: EcsRolloutInputs,
    private readonly timing: RolloutTiming,
    private readonly signal: AbortSignal,
  ) {
    this.client = new ECSClient(clientConfig(inputs));
    this.deadline = this.started + inputs.deadlineSeconds * 1000;
  }

  async run(): Promise<EcsRolloutInputs> {
    try {
      for (;;) {
        if (await this.isDone()) return this.inputs;
        const wait = untilNextLook(this.timing.intervalMs, Date.now() - this.started);
        if (Date.now() + wait > this.deadline) throw await this.late();
        await pause(wait, this.signal).catch(() => {
          throw this.cancelled();
        });
      }
    } finally {
      this.client.destroy();
    }
  }

  private async isDone(): Promise<boolean> {
    try {
      const service = await this.look();
      return service === undefined ? false : await this.judged(service);
    } catch (error) {
      if (this.signal.aborted) throw this.cancelled();
      // What AWS says of itself, and not of the service, is no verdict: the deadline is.
      if (!isPassing(error))
        throw error instanceof RolloutError ? error : this.failure(explained(error));
      this.lastFailure = explained(error);
      return false;
    }
  }

  private async look(): Promise<Service | undefined> {
    const { cluster, service: name } = this.inputs;
    const found = await this.described(cluster, name);
    if (found?.status === "ACTIVE") {
      this.last = found;
      return found;
    }
    if (Date.now() - this.started < this.timing.missingMs) return undefined;
    const state = found?.status ?? "there is none";
    throw this.failure(`it is not active in cluster "${cluster}" (${state}): was it deleted?`);
  }

  private async described(cluster: string, service: string): Promise<Service | undefined> {
    try {
      const command = new DescribeServicesCommand({ cluster, services: [service] });
      return (await this.client.send(command, { abortSignal: this.signal })).services?.[0];
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  private async judged(service: Service): Promise<boolean> {
    const { taskDefinition } = this.inputs;
    this.past ??= new Set(failedOf(service, taskDefinition));
    const progress = progressOf(service, taskDefinition, this.past);
    if (progress.kind === "completed") return this.hasCount(service);
    if (progress.kind === "underWay") {
      this.wasSeen = true;
      this.lastSaid = progress.said;
      return false;
    }
    if (progress.kind === "failed") throw await this.failed(`it failed: ${progress.said}`);
    const now = `PRIMARY runs ${shortName(progress.primary)}, not ${shortName(taskDefinition)}`;
    if (this.wasSeen) throw await this.failed(`ECS rolled it back: ${now}. ${progress.said}`);
    this.lastSaid = now;
    if (Date.now() - this.started < this.timing.settleMs || this.wasAskedFor) return false;
    // A former update has left ECS at what it had rolled back to, while the stack's state says otherwise: this is another try.
    await this.change({ taskDefinition });
    this.wasAskedFor = true;
    return false;
  }

  /** Brings the number of tasks within its limits, which the stack's state alone cannot where the load decides. */
  private async hasCount(service: Service): Promise<boolean> {
    const { atLeast, atMost } = this.inputs;
    const now = service.desiredCount ?? 0;
    const wanted = Math.min(Math.max(now, atLeast), atMost);
    if (wanted === now) return true;
    this.lastSaid = `${now} tasks are asked for, not ${atLeast} to ${atMost}`;
    await this.change({ desiredCount: wanted });
    return false;
  }

  private async change(to: { taskDefinition: string } | { desiredCount: number }): Promise<void> {
    const { cluster, service } = this.inputs;
    const command = new UpdateServiceCommand({ cluster, service, ...to });
    await this.client.send(command, { abortSignal: this.signal });
  }

  private async failed(what: string): Promise<Error> {
    const why = await reasons(this.client, this.inputs, this.last, this.started - 60_000);
    return this.failure(`${what.trim()}${why}`);
  }

  private async late(): Promise<Error> {
    const seconds = this.inputs.deadlineSeconds;
    const asked = await this.rollBack();
    const lost = this.lastFailure === "" ? "" : ` AWS did not always answer: ${this.lastFailure}.`;
    return this.failed(
      `it was not complete within ${seconds} s: ${this.lastSaid}.${lost} ${asked}`,
    );
  }

  /** ECS would try on for as long as nobody stops it. */
  private async rollBack(): Promise<string> {
    const { cluster, service } = this.inputs;
    try {
      const { serviceDeployments = [] } = await this.client.send(
        new ListServiceDeploymentsCommand({ cluster, service, status: ["PENDING", "IN_PROGRESS"] }),
      );
      const [current] = serviceDeployments;
      if (current?.serviceDeploymentArn === undefined) return "ECS has no deployment to stop.";
      await this.client.send(
        new StopServiceDeploymentCommand({
          serviceDeploymentArn: current.serviceDeploymentArn,
          stopType: "ROLLBACK",
        }),
      );
      return "ECS was asked to roll it back.";
    } catch (error) {
      return `ECS could not be asked to roll it back (${explained(error)}).`;
    }
  }

  private cancelled(): RolloutError {
    return this.failure(
      "the update was cancelled. ECS goes on with the deployment, and rolls it back by itself if it fails",
    );
  }

  private failure(what: string): RolloutError {
    return new RolloutError(`service "${this.inputs.service}": ${what}`);
  }
}

class RolloutError extends Error {}

/** Family and number of a task definition's ARN. */
function shortName(arn: string | undefined): string {
  return arn?.split("/").pop() ?? "nothing";
}
