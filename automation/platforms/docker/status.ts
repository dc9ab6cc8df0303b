import type Docker from "dockerode";

import type { Intended } from "../../intended";
import type { ReplicaStatus, ServiceStatusReport, StatusResult } from "../../results";
import { together } from "../../together";
import { compareService } from "../../verdict";
import type { Deployed, PlatformSession, StatusAdapter } from "../types";
import { dockerClient, ownerOf } from "./client";
import { containersOf } from "./containers";
import type { Found } from "./containers";
import { observeContainer } from "./observe";
import { raisedAlarms } from "./health";
import { isClosed } from "./readOnly";
import { upstreamsOf } from "./upstreams";

export const status = {
  report: reported,
} satisfies StatusAdapter;

async function reported(
  session: PlatformSession,
  { state, intended }: Deployed,
): Promise<Pick<StatusResult, "services" | "alarms">> {
  const usesDocker = state.resources.some(({ type }) => type.startsWith("docker:"));
  const names = Object.keys(intended.services ?? {});
  if (!usesDocker && names.length === 0) return { services: [] };
  const docker = dockerClient(session.env);
  try {
    const looking = { now: session.context.clock.now(), signal: session.context.signal };
    const found = await containersOf(docker, session, ownerOf(state));
    const services = [...new Set([...names, ...found.map(({ service }) => service)])];
    const upstreams = await upstreamsOf(docker, found.find(({ role }) => role === "router")?.name);
    const reporting = Promise.all(
      services.map((service) =>
        report(docker, {
          service,
          intended: intended.services?.[service],
          found: found.filter((container) => container.service === service),
          upstreams,
          clock: looking.now,
        }),
      ),
    );
    const [reports, alarms] = await together([
      reporting,
      raisedAlarms(docker, state, found, looking),
    ]);
    return { services: reports, ...(alarms === undefined ? {} : { alarms }) };
  } catch (error) {
    const reason = `Docker does not answer: ${error instanceof Error ? error.message : String(error)}`;
    const services = names.map((service): ServiceStatusReport => {
      return { service, role: "service", replicas: [], state: "unknown", reasons: [reason] };
    });
    return { services };
  }
}

interface Subject {
  service: string;
  intended: NonNullable<Intended["services"]>[string] | undefined;
  found: readonly Found[];
  upstreams: ReadonlyMap<string, string>;
  clock: number;
}

async function report(docker: Docker, subject: Subject): Promise<ServiceStatusReport> {
  const { service, intended, found, upstreams, clock } = subject;
  const declared = intended?.containers ?? [];
  const names = [...new Set([...declared, ...found.map(({ name }) => name)])];
  const observed = await Promise.all(names.map((name) => observeContainer(docker, name)));
  const replicas = observed.map((container): ReplicaStatus => {
    const uptimeSeconds = uptime(container, clock);
    const upstream = upstreams.get(container.name);
    return {
      ...container,
      ...(uptimeSeconds === undefined ? {} : { uptimeSeconds }),
      ...(upstream === undefined ? {} : { upstream }),
    };
  });
  const reasons = intended
    ? compareService(
        service,
        intended,
        observed.filter(({ name }) => declared.includes(name)),
      ).reasons
    : observed.flatMap(({ name, state, health }) =>
        state !== "running" || health === "unhealthy"
          ? [`container ${name} is ${health ?? state}`]
          : [],
      );
  const role = found[0]?.role ?? "service";
  const access = role === "postgres" ? await accessOf(docker, observed) : {};
  return {
    ...{ service, role, replicas, state: stateOf(observed, reasons, intended), reasons },
    ...access,
    ...(intended?.inactive === undefined ? {} : { inactive: inactiveOf(intended.inactive) }),
    ...(intended === undefined ? {} : { intended: picked(intended), exposure: intended.exposure }),
    ...(intended?.url === undefined ? {} : { url: intended.url }),
  };
}

function stateOf(
  observed: readonly { state: string; health?: string }[],
  reasons: readonly string[],
  intended: Subject["intended"],
): ServiceStatusReport["state"] {
  if (intended?.replicas === 0 && observed.length === 0) return "stopped";
  const up = observed.filter(({ state, health }) => state === "running" && health !== "unhealthy");
  if (up.length === 0) return "down";
  return reasons.length === 0 ? "up" : "degraded";
}

/** Whether a database refuses writes; nothing where it does not answer, which its state tells. */
async function accessOf(
  docker: Docker,
  observed: readonly { name: string; state: string }[],
): Promise<Pick<ServiceStatusReport, "readOnly">> {
  const running = observed.find(({ state }) => state === "running");
  if (running === undefined) return {};
  try {
    return { readOnly: await isClosed(docker, running.name) };
  } catch {
    return {};
  }
}

function inactiveOf({
  by,
  feature,
}: NonNullable<NonNullable<Subject["intended"]>["inactive"]>): NonNullable<
  ServiceStatusReport["inactive"]
> {
  return { by, ...(feature === undefined ? {} : { feature }) };
}

function uptime({ state, startedAt }: ReplicaStatus, now: number): number | undefined {
  return state === "running" && startedAt !== undefined
    ? Math.max(0, Math.round((now - Date.parse(startedAt)) / 1000))
    : undefined;
}

function picked(
  service: NonNullable<Intended["services"]>[string],
): NonNullable<ServiceStatusReport["intended"]> {
  const { image, digest, revision, replicas } = service;
  return { image, digest, revision, replicas };
}
