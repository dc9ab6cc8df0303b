import type { Problems } from "./errors";
import type { ServiceStatus } from "./platform";

/** What a feature switch does to a service. The switch itself stands in the stack's config. */
export interface FeatureArgs {
  /** Variables that the service is given while the feature is on. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** Makes the feature the switch of the whole service: while it is off, no replica runs. @default no */
  readonly enables?: true;
  /** Where the feature stands while config does not say. @default false */
  readonly default?: boolean;
}

/** What the stack's config says of all services. */
export interface SwitchPositions {
  /** Features by name. */
  readonly features: Readonly<Record<string, boolean>>;
  /** Services that `landfall stop` has stopped. */
  readonly stopped: Readonly<Record<string, boolean>>;
}

/** What comes of a service's features and of the stops. */
export interface Switched {
  /** Replicas that are to run. */
  readonly replicas: number;
  readonly env: Readonly<Record<string, string>>;
  /** Every variable that a position of the switches gives. */
  readonly variables: readonly string[];
  readonly status: Pick<ServiceStatus, "features" | "inactive" | "configuredReplicas">;
}

const NAME = /^[a-z][a-z0-9-]{0,62}$/;
const NAME_RULE =
  "must be 1-63 lower-case letters, digits and dashes, starting with a letter, such as new-checkout";

/** Applies the switches to a service, and notes every mistake. */
export function switched(
  service: string,
  {
    features = {},
    replicas,
  }: { features?: Readonly<Record<string, FeatureArgs>>; replicas: number },
  positions: SwitchPositions,
  problems: Problems,
): Switched {
  const all = Object.entries(features).map(([name, args]) => {
    problems.require(NAME.test(name), `features.${name}`, NAME_RULE);
    return { name, args, on: positions.features[name] ?? args.default ?? false };
  });
  const env = Object.fromEntries(all.flatMap(variablesOf));
  const off = all.find(({ args, on }) => args.enables === true && !on);
  const isStopped = positions.stopped[service] === true;
  const inactive = isStopped
    ? { by: "stop" as const }
    : off && { by: "feature" as const, feature: off.name };
  const told = all.map(({ name, args, on }) => [name, { on, enables: args.enables === true }]);
  return {
    replicas: inactive === undefined ? replicas : 0,
    env,
    variables: all.flatMap(({ name, args }) => [
      ...(args.enables === true ? [] : [variableOf(name)]),
      ...Object.keys(args.env ?? {}),
    ]),
    status: {
      configuredReplicas: replicas,
      ...(all.length === 0
        ? {}
        : { features: Object.fromEntries(told) as ServiceStatus["features"] }),
      ...(inactive === undefined ? {} : { inactive }),
    },
  };
}

/** The variable by which a service is told of a feature: `new-checkout` is `FEATURE_NEW_CHECKOUT`, `on` or `off`. */
export function variableOf(feature: string): string {
  return `FEATURE_${feature.replaceAll("-", "_").toUpperCase()}`;
}

function variablesOf({
  name,
  args,
  on,
}: {
  name: string;
  args: FeatureArgs;
  on: boolean;
}): [string, string][] {
  // A service that the feature starts and stops as a whole need not be told of it.
  const own: [string, string][] =
    args.enables === true ? [] : [[variableOf(name), on ? "on" : "off"]];
  return [...own, ...(on ? Object.entries(args.env ?? {}) : [])];
}

/** Notes every switch of an environment that is none. */
export function checkFeatures(
  features: Readonly<Record<string, unknown>>,
  problems: Problems,
): void {
  for (const [name, value] of Object.entries(features)) {
    problems.require(NAME.test(name), `features.${name}`, NAME_RULE);
    problems.require(
      typeof value === "boolean",
      `features.${name}`,
      "must be true or false",
      value,
    );
  }
}
