import { reveal } from "../../engine/state";
import type { StackState } from "../../engine/state";
import type { StateResource } from "../../engine/types";
import { parseUrn } from "../../engine/urn";
import type { Deployed, PlatformEnv } from "../types";
import { regionIn } from "../../../components/aws/dynamic/clients";

/** A resource of the stack, as its state knows it. */
export interface Owned {
  /** Name of the component that it is in, of the resource itself where it is in none. */
  component: string;
  /** ARN. */
  arn: string;
  region: string;
  outputs: Readonly<Record<string, unknown>>;
}

/** The stack's resources of a type. What the state does not name is not the stack's. */
export function owned({ resources }: Pick<StackState, "resources">, type: string): Owned[] {
  return resources.flatMap((resource) => {
    if (resource.type !== type || resource.delete === true) return [];
    const outputs = (reveal(resource.outputs) ?? {}) as Record<string, unknown>;
    const { arn } = outputs;
    if (typeof arn !== "string") return [];
    return [{ component: componentOf(resource), arn, region: regionOf(arn), outputs }];
  });
}

/** Text of an output; undefined where it is none. */
export function textOf({ outputs }: Owned, key: string): string | undefined {
  const value = outputs[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Region in an ARN. */
export function regionOf(arn: string): string {
  return arn.split(":")[3] ?? "";
}

/** Account in an ARN. */
export function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}

/** The region that a stack is in: its services', else that of anything of it, else the environment's. */
export function stackRegion({ state, intended }: Deployed, env: PlatformEnv): string | undefined {
  const services = Object.values(intended.services ?? {});
  const [region] = services.flatMap(({ ecs }) => ecs?.region ?? []);
  if (region !== undefined) return region;
  const arns = state.resources.flatMap(({ outputs }) =>
    typeof outputs?.arn === "string" ? [outputs.arn] : [],
  );
  return arns.map(regionOf).find((each) => each !== "" && each !== "us-east-1") ?? regionIn(env);
}

function componentOf({ parent, urn }: StateResource): string {
  const { type, name } = parseUrn(parent ?? urn);
  return type === "pulumi:pulumi:Stack" ? parseUrn(urn).name : name;
}
