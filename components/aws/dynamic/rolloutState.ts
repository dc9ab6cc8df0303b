import type { Deployment, Service } from "@aws-sdk/client-ecs";

/** How far ECS is with a task definition. */
export type Progress =
  | { readonly kind: "completed" }
  | { readonly kind: "underWay"; readonly said: string }
  | { readonly kind: "failed"; readonly said: string }
  /** It is in no deployment: PRIMARY runs another one. */
  | { readonly kind: "elsewhere"; readonly primary: string | undefined; readonly said: string };

/**
 * Reads a service as ECS tells it.
 * @param intended ARN of the task definition that PRIMARY is to run.
 * @param past Ids of deployments that failed before anybody waited for this one: another try is no matter of theirs.
 */
export function progressOf(
  { deployments = [] }: Pick<Service, "deployments">,
  intended: string,
  past: ReadonlySet<string>,
): Progress {
  const primary = deployments.find(({ status }) => status === "PRIMARY");
  if (primary?.taskDefinition === intended && primary.rolloutState === "COMPLETED")
    return { kind: "completed" };
  const own = deployments.filter((each) => each.taskDefinition === intended);
  const going = own.find(({ rolloutState }) => rolloutState !== "FAILED");
  if (going !== undefined) return { kind: "underWay", said: said(going) };
  const failed = own.find(({ id = "" }) => !past.has(id));
  if (failed !== undefined) return { kind: "failed", said: said(failed) };
  return {
    kind: "elsewhere",
    primary: primary?.taskDefinition,
    said: primary?.rolloutStateReason ?? "",
  };
}

/** The deployments of a task definition that have failed. */
export function failedOf({ deployments = [] }: Pick<Service, "deployments">, intended: string) {
  return deployments
    .filter((each) => each.taskDefinition === intended && each.rolloutState === "FAILED")
    .flatMap(({ id }) => (id === undefined ? [] : [id]));
}

function said(deployment: Deployment): string {
  const { rolloutState, rolloutStateReason, runningCount, desiredCount, failedTasks } = deployment;
  const tasks = `${runningCount ?? 0} of ${desiredCount ?? 0} tasks run, ${failedTasks ?? 0} have failed`;
  return [rolloutStateReason ?? rolloutState ?? "", tasks].filter((part) => part !== "").join("; ");
}
