import type { Deployment, Service } from "@aws-sdk/client-ecs";

import type { IntendedService } from "../../intended";
import type { ContainerObservation, ServiceObservation, ServiceState } from "../../results";
import { unknownService } from "../../verdict";

/** What ECS and the load balancer say of a service. */
export interface Seen {
  /** Undefined where the cluster has no such service. */
  service: Service | undefined;
  /** Tasks that run, or are on their way. */
  tasks: readonly SeenTask[];
  /** Why tasks that have ended did, the newest first. */
  stopped: readonly string[];
  targets: TargetHealth;
  /** Whether ECS keeps a record that it has taken back the rollout of the intended task definition. */
  takenBack: boolean;
}

export interface SeenTask extends ContainerObservation {
  /** ARN. */
  taskDefinition: string;
  /** The image as its task definition names it. */
  image?: string;
}

export interface TargetHealth {
  healthy: number;
  /** Targets that fail their checks, with the reason. */
  unhealthy: readonly string[];
}

/** Holds what ECS says of a service against what was meant; plain data in, plain data out. */
export function judgeService(
  name: string,
  intended: IntendedService,
  seen: Seen,
): ServiceObservation {
  const { ecs, image, digest, revision, replicas } = intended;
  if (ecs === undefined) return unknownService(name, intended, "its status names no ECS service");
  const { state, reasons } = judged(intended, ecs, seen);
  return {
    service: name,
    state,
    intended: { image, digest, revision, replicas },
    containers: seen.tasks.map(({ taskDefinition: _, image: _i, ...task }) => task),
    reasons: [...reasons, ...(state === "matches" ? [] : seen.stopped)],
  };
}

interface Judgement {
  state: ServiceState;
  reasons: string[];
}

type Ecs = NonNullable<IntendedService["ecs"]>;

function judged(intended: IntendedService, ecs: Ecs, seen: Seen): Judgement {
  const { service } = seen;
  if (service === undefined || service.status === "INACTIVE")
    return differs([`cluster ${shortName(ecs.cluster)} has no service ${ecs.service}`]);
  if (service.status !== undefined && service.status !== "ACTIVE")
    return differs([`the service is ${service.status.toLowerCase()}`]);
  const primary = primaryOf(service);
  const runs = primary?.taskDefinition ?? service.taskDefinition;
  if (runs === undefined) return pending("ECS does not say yet what the service runs");
  if (runs !== ecs.taskDefinition) return another(ecs, service, primary, runs, seen.takenBack);
  if (primary?.rolloutState === "FAILED") {
    const why = primary.rolloutStateReason ?? "ECS gives no reason";
    return differs([`the rollout of ${taskName(runs)} failed, and nothing was put back: ${why}`]);
  }
  if (primary?.rolloutState === "IN_PROGRESS") return pending(progressOf(service, primary));
  return arrived(intended, ecs, service, seen);
}

/** PRIMARY is another task definition than the one that was deployed: ECS has put it back, or somebody has deployed it. */
function another(
  ecs: Ecs,
  service: Service,
  primary: Deployment | undefined,
  runs: string,
  takenBack: boolean,
): Judgement {
  const wanted = taskName(ecs.taskDefinition);
  const own = service.deployments?.find(
    ({ taskDefinition, status }) => taskDefinition === ecs.taskDefinition && status !== "PRIMARY",
  );
  // Blue/green: the new revision becomes PRIMARY only at the end.
  if (own?.rolloutState === "IN_PROGRESS") return pending(progressOf(service, own));
  const said = primary?.rolloutStateReason ?? "";
  const isBack =
    takenBack ||
    own?.rolloutState === "FAILED" ||
    /roll(?:ed|ing)[ -]?back/i.test(said) ||
    isOlder(runs, ecs.taskDefinition);
  if (!isBack)
    return differs([
      `PRIMARY runs ${taskName(runs)}, not ${wanted}: somebody else has deployed it`,
    ]);
  const why = [own?.rolloutStateReason, said].filter((text) => text !== undefined && text !== "");
  const reasons = why.length === 0 ? "" : `: ${[...new Set(why)].join("; ")}`;
  if (primary?.rolloutState === "IN_PROGRESS")
    return pending(`ECS is putting ${taskName(runs)} back in place of ${wanted}${reasons}`);
  if (primary?.rolloutState === "FAILED")
    return differs([`ECS could not put ${taskName(runs)} back in place of ${wanted}${reasons}`]);
  return {
    state: "rolled_back",
    reasons: [`ECS has put ${taskName(runs)} back in place of ${wanted}${reasons}`],
  };
}

/** The rollout is over: what runs of it. */
function arrived(
  intended: IntendedService,
  ecs: Ecs,
  { desiredCount = 0, runningCount = 0 }: Service,
  { tasks, targets }: Seen,
): Judgement {
  const { min, max } = countsOf(intended, ecs);
  const own = tasks.filter(({ taskDefinition }) => taskDefinition === ecs.taskDefinition);
  const running = own.filter(({ state }) => state === "running");
  const wanted = min === max ? `${min}` : `${min} to ${max}`;
  const healthy = targets.healthy;
  const reasons = [
    ...(desiredCount < min || desiredCount > max
      ? [`${desiredCount} tasks are wanted, not ${wanted}`]
      : []),
    ...(runningCount < desiredCount ? [`${runningCount} of ${desiredCount} tasks run`] : []),
    ...running.flatMap((task) => imageReasons(task, intended)),
    ...own.flatMap(({ name, health }) =>
      health === "unhealthy" ? [`task ${name} is unhealthy`] : [],
    ),
    ...targets.unhealthy,
    ...(ecs.targetGroups.length > 0 && desiredCount > 0 && healthy === 0
      ? ["the load balancer has no healthy target"]
      : []),
  ];
  return reasons.length === 0 ? { state: "matches", reasons } : differs(reasons);
}

/** How many tasks there may be. */
function countsOf(
  { replicas }: IntendedService,
  { autoscaling }: Ecs,
): { min: number; max: number } {
  // Stopped is stopped, whatever the load.
  if (replicas === 0 || autoscaling === undefined) return { min: replicas, max: replicas };
  return autoscaling;
}

/** A tag may have moved: the manifest that was pulled counts, unless the task definition itself names the wanted one. */
function imageReasons(
  { name, digest, image }: SeenTask,
  { digest: id, repoDigest }: IntendedService,
): string[] {
  const wanted = repoDigest?.split("@")[1] ?? id;
  if (digest === undefined || digest === wanted || image?.endsWith(`@${wanted}`) === true)
    return [];
  return [`task ${name} runs image ${digest}, not ${wanted}`];
}

function primaryOf({ deployments = [] }: Service): Deployment | undefined {
  return deployments.find(({ status }) => status === "PRIMARY");
}

function progressOf({ deployments = [] }: Service, deployment: Deployment): string {
  const { runningCount = 0, desiredCount = 0, failedTasks = 0, taskDefinition = "" } = deployment;
  const failed = failedTasks === 0 ? "" : `, ${failedTasks} have failed`;
  const others = deployments.length > 1 ? `, beside ${deployments.length - 1} older` : "";
  return `the rollout of ${taskName(taskDefinition)} goes on: ${runningCount} of ${desiredCount} tasks run${failed}${others}`;
}

/** `family:number` of a task definition's ARN. */
export function taskName(arn: string): string {
  return arn.replace(/^.*task-definition\//, "");
}

/** The last part of an ARN. */
export function shortName(arn: string): string {
  return arn.replace(/^.*[/]/, "");
}

function isOlder(runs: string, wanted: string): boolean {
  const [family, number] = taskName(runs).split(":");
  const [wantedFamily, wantedNumber] = taskName(wanted).split(":");
  return family === wantedFamily && Number(number) < Number(wantedNumber);
}

function differs(reasons: string[]): Judgement {
  return { state: "differs", reasons };
}

function pending(reason: string): Judgement {
  return { state: "pending", reasons: [reason] };
}
