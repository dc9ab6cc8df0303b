import type { RolloutPosition } from "../../components/rollout";
import type { Intended, IntendedService } from "../intended";

/** Where each service stands, by name: what a step tells the program through the stack's config. */
export type Positions = Readonly<Record<string, RolloutPosition>>;

/** The config key by which the components are told; components/rolloutConfig.ts reads it. */
export const rolloutKey = "landfall-sdk:rollout";

/** The positions from which a new revision sets out: what runs now is what is known to be good. */
export function startingPositions({ services = {} }: Intended): Positions {
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => [
      name,
      { stable: stableOf(service), phase: 0 },
    ]),
  );
}

/** In the middle of a rollout the earlier revision is the one that is known to be good. */
function stableOf({ revision, containers, rollout }: IntendedService): RolloutPosition["stable"] {
  const stable = rollout?.current?.stable;
  return stable === undefined || stable.containers.length === 0
    ? { revision, replicas: containers.length }
    : { revision: stable.revision, replicas: stable.containers.length };
}

/** A service that is between two revisions. */
export interface Underway {
  service: string;
  intended: IntendedService;
  current: NonNullable<NonNullable<IntendedService["rollout"]>["current"]>;
  /** How many phases it has. */
  of: number;
}

/** The services that are between two revisions. */
export function underway({ services = {} }: Intended): Underway[] {
  return Object.entries(services).flatMap(([service, intended]) => {
    const { rollout } = intended;
    return rollout?.current === undefined
      ? []
      : [{ service, intended, current: rollout.current, of: rollout.phases.length }];
  });
}

/** One phase further for all that are under way; the rest is settled and needs no position. */
export function nextPositions(services: readonly Underway[], positions: Positions): Positions {
  return Object.fromEntries(
    services.flatMap(({ service, current }) => {
      const position = positions[service];
      return position === undefined ? [] : [[service, { ...position, phase: current.index + 1 }]];
    }),
  );
}
