import { RefusedError, UsageError } from "../errors";
import { readIntended } from "../intended";
import type { Intended } from "../intended";
import { nearest } from "../nearest";
import type { FeatureArgs } from "../operations";
import type { FeatureResult, FeatureState } from "../results";
import { underway } from "../rollout/positions";
import type { Session } from "../session";
import { switchConfig } from "../switches";
import type { Switch } from "../switches";
import { readStack } from "./prepare";

/** Switches a feature, or lists all of them. */
export async function feature(session: Session, args: FeatureArgs): Promise<FeatureResult> {
  const { project, stack } = session;
  const { set, name, ...rest } = args;
  const { state } = await readStack(session, { create: false });
  const before = readIntended(state.outputs);
  const features = featuresOf(before);
  if (set === "list") return { stack, set, features };
  const { services, enables } = known(features, name);
  const [half] = underway(before);
  if (half !== undefined) {
    const share = `${half.current.weight} % of the traffic`;
    throw new RefusedError(
      `${half.service} is on its way to a new revision (${share}): a switch would cut that short`,
      { fix: "Wait until it has arrived, or take it back with `landfall rollback`." },
    );
  }
  const on = set === "on";
  const wanted: Switch = {
    kind: "feature",
    key: `${project.name}:features`,
    values: { [name ?? ""]: on },
    stops: on ? [] : enables,
  };
  const { result: update, intended } = await switchConfig(session, rest, wanted, state);
  const now = featuresOf(intended);
  // Where no service knows it any more it is shown as it was asked for.
  return {
    stack,
    set,
    name: name ?? "",
    features: now.length > 0 || services.length === 0 ? now : features,
    update,
  };
}

/** The features that the services of the last update know. */
export function featuresOf({ services = {} }: Intended): FeatureState[] {
  const found = new Map<string, FeatureState>();
  for (const [service, { features = {} }] of Object.entries(services)) {
    for (const [name, { on, enables }] of Object.entries(features)) {
      const state = found.get(name) ?? { name, on, services: [], enables: [] };
      (enables ? state.enables : state.services).push(service);
      found.set(name, state);
    }
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function known(features: readonly FeatureState[], name: string | undefined): FeatureState {
  const found = features.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = features.map((each) => each.name);
  const meant = name === undefined ? undefined : nearest(name, names);
  const list =
    names.length === 0
      ? "no service that was deployed knows a feature"
      : `there are ${names.join(", ")}${meant === undefined ? "" : `; did you mean ${meant}?`}`;
  const received =
    name === undefined ? "is missing" : `is not a feature, got ${JSON.stringify(name)}`;
  throw new UsageError([{ path: "name", message: `${received}: ${list}` }]);
}
