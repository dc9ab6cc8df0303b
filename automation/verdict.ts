import type { ErrorInfo } from "./errors";
import { LandfallError } from "./errors";
import type { IntendedService } from "./intended";
import type {
  ContainerObservation,
  Observation,
  ServiceObservation,
  ServiceState,
  Verdict,
} from "./results";

/** Compares what a service was meant to be with the containers that are there. */
export function compareService(
  service: string,
  intended: IntendedService,
  containers: readonly ContainerObservation[],
): ServiceObservation {
  const { image, digest, revision, replicas } = intended;
  const count =
    intended.containers.length === replicas
      ? []
      : [`${intended.containers.length} containers are declared for ${replicas} replicas`];
  const reasons = [
    ...count,
    ...containers.flatMap((container) => differences(container, intended)),
  ];
  return {
    service,
    state: reasons.length === 0 ? "matches" : "differs",
    intended: { image, digest, revision, replicas },
    containers: [...containers],
    reasons,
  };
}

/** A service that could not be looked at. */
export function unknownService(
  service: string,
  { image, digest, revision, replicas }: IntendedService,
  reason: string,
): ServiceObservation {
  const intended = { image, digest, revision, replicas };
  return { service, state: "unknown", intended, containers: [], reasons: [reason] };
}

/** The verdict on an update that the engine finished. */
export function judge(
  observation: Observation,
  changed: boolean,
): { verdict: Verdict; error?: ErrorInfo } {
  const wrong = failures(observation);
  if (wrong.length > 0) {
    const services = within(observation, "differs");
    return { verdict: "failed", error: errorOf("not_running", wrong, services).toJSON() };
  }
  const unknown = [
    ...observation.unverified,
    ...within(observation, "unknown", "pending").map(
      ({ service, reasons }) => `${service}: ${reasons.join("; ")}`,
    ),
  ];
  if (unknown.length > 0) {
    const error = new LandfallError(
      "unverified",
      `what runs could not be observed: ${unknown.join("; ")}`,
    );
    return { verdict: "unverified", error: error.toJSON() };
  }
  const back = within(observation, "rolled_back");
  if (back.length > 0) {
    return {
      verdict: "rolled_back",
      error: errorOf("rolled_back", back.map(problemOf), back).toJSON(),
    };
  }
  return { verdict: changed ? "deployed" : "unchanged" };
}

/** Whether looking again cannot change the verdict for the better. */
export function isSettled({ services, probes }: Observation): boolean {
  return (
    services.every(({ state }) => state === "matches" || state === "rolled_back") &&
    probes.every(({ ok }) => ok)
  );
}

type Wrong = { path: string; message: string };

function failures(observation: Observation): Wrong[] {
  return [
    ...within(observation, "differs").map(problemOf),
    ...observation.probes
      .filter(({ ok }) => !ok)
      .map(({ url, reason, attempts }) => ({
        path: url,
        message: `${reason ?? "does not answer"} (asked ${attempts === 1 ? "once" : `${attempts} times`})`,
      })),
  ];
}

function within(
  { services }: Observation,
  ...states: readonly ServiceState[]
): ServiceObservation[] {
  return services.filter(({ state }) => states.includes(state));
}

function problemOf({ service, reasons }: ServiceObservation): Wrong {
  return { path: service, message: reasons.join("; ") };
}

const headlines = {
  not_running: "what runs is not what was deployed",
  rolled_back: "the platform has put an earlier revision back",
} as const;

function errorOf(
  code: keyof typeof headlines,
  problems: Wrong[],
  services: readonly ServiceObservation[],
): LandfallError {
  const [only] = services;
  return new LandfallError(code, `${headlines[code]}:\n${indent(problems)}`, {
    problems,
    ...(services.length === 1 && only ? { service: only.service } : {}),
  });
}

function differences(container: ContainerObservation, intended: IntendedService): string[] {
  const { name, state, digest, revision, health } = container;
  if (state === "missing") return [`container ${name} is missing`];
  return [
    ...(state === "running" ? [] : [`container ${name} is ${state}`]),
    ...(health === "unhealthy" ? [`container ${name} is unhealthy`] : []),
    ...(digest === intended.digest
      ? []
      : [`container ${name} runs image ${digest ?? "unknown"}, not ${intended.digest}`]),
    ...(revision === undefined || revision === intended.revision
      ? []
      : [`container ${name} has revision ${revision}, not ${intended.revision}`]),
  ];
}

function indent(problems: readonly { path: string; message: string }[]): string {
  return problems.map(({ path, message }) => `  ${path}: ${message}`).join("\n");
}
