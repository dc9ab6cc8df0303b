import { isDeepStrictEqual } from "node:util";

import type { ReleaseRecord } from "../release";
import type { ConfigValue } from "../workspace";

type Values = Readonly<Record<string, Pick<ConfigValue, "value" | "secret">>>;

/**
 * Whether the engine's update had the config of a release. It also has the project's defaults and what belonged to
 * one update alone, so that only the release's own keys are compared, and the pins of images, which a way back sets.
 */
export function sameDeployment(
  project: string,
  { kind }: Pick<ReleaseRecord, "kind">,
  own: Values,
  deployed: Values,
): boolean {
  const images = `${project}:images`;
  const keys = Object.keys(own).filter((key) => key !== images);
  if (!keys.every((key) => isSame(own[key], deployed[key]))) return false;
  // All others pin images beside the config.
  return kind !== "up" || isSame(own[images] ?? none, deployed[images] ?? none);
}

const none = { value: "{}", secret: false };

function isSame(own: Values[string] | undefined, deployed: Values[string] | undefined): boolean {
  if (own === undefined || deployed === undefined) return own === deployed;
  // What a secret holds cannot be told apart here.
  if (own.secret || deployed.secret) return own.secret === deployed.secret;
  return own.value === deployed.value || isDeepStrictEqual(parsed(own), parsed(deployed));
}

function parsed({ value = "" }: Values[string]): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
