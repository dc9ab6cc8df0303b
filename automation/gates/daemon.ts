import type Docker from "dockerode";

import { envRecord, redactorOf } from "../../components/dynamic/redact";
import type { Redact } from "../../components/dynamic/redact";
import { ExecSession } from "../../components/docker/dynamic/exec";
import { dockerClient, dockerError, isNotFound } from "../platforms/docker/client";
import type { GateIo, GateSubject } from "./types";

/** What a gate found that keeps it from passing; the message is the evidence's reason. */
export class GateFailure extends Error {
  override readonly name = "GateFailure";

  constructor(
    message: string,
    readonly measured: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A container that is asked. */
export interface Member {
  name: string;
  /** Its address in a network that the router is in as well. */
  address: string;
  /** All its addresses: the router's log has one of them. */
  addresses: readonly string[];
  redact: Redact;
  restarts: number;
}

type Inspected = Docker.ContainerInspectInfo;

/** The daemon and the containers that a gate looks at. */
export class Daemon {
  private constructor(
    /** For what is answered at once. */
    readonly docker: Docker,
    /** For streams, which may be silent. */
    readonly patient: Docker,
    readonly router: string,
    readonly fresh: readonly Member[],
    /** Those of the old set that run; it may be leaving. */
    readonly stable: readonly Member[],
  ) {}

  /** @throws GateFailure when the router or a fresh container is not there or does not run. */
  static async open({ router, fresh, stable }: GateSubject, { env }: GateIo): Promise<Daemon> {
    const docker = dockerClient(env);
    const own = await inspected(docker, router);
    if (own?.State.Running !== true) throw new GateFailure(`router "${router}" does not run`);
    const networks = Object.keys(own.NetworkSettings.Networks);
    const member = async (name: string): Promise<Member | string> =>
      memberOf(name, await inspected(docker, name), networks);
    const found = await Promise.all(fresh.containers.map(member));
    const missing = found.find((each) => typeof each === "string");
    if (typeof missing === "string") throw new GateFailure(missing);
    const others = await Promise.all((stable?.containers ?? []).map(member));
    return new Daemon(
      docker,
      dockerClient(env, 0),
      router,
      found.filter(isMember),
      others.filter(isMember),
    );
  }

  /** Without the stable set. */
  alone(): Daemon {
    return new Daemon(this.docker, this.patient, this.router, this.fresh, []);
  }

  /** Why a fresh container cannot be asked any more; undefined while all run on. */
  async crash(): Promise<string | undefined> {
    for (const { name, restarts } of this.fresh) {
      const info = await inspected(this.docker, name);
      const fault = faultOf(name, info, restarts);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  /** Runs a command inside the router for as long as the work takes, and ends it then and on abort. */
  async inRouter<T>(
    command: string[],
    signal: AbortSignal,
    work: (session: ExecSession) => Promise<T>,
  ): Promise<T> {
    const session = await ExecSession.start(this.router, command, { client: this.patient });
    const close = (): void => {
      session.close();
    };
    signal.addEventListener("abort", close, { once: true });
    try {
      if (signal.aborted) close();
      return await work(session);
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
  }
}

/** Takes the complete lines that a command prints within a time, none if it prints none; undefined once it has ended. */
export async function nextLines(
  session: ExecSession,
  timeoutMs: number,
): Promise<string[] | undefined> {
  try {
    return await session.until((output) => {
      const end = output.lastIndexOf("\n");
      if (end < 0) return undefined;
      return { value: output.slice(0, end).split("\n"), rest: output.slice(end + 1) };
    }, timeoutMs);
  } catch {
    return session.ended ? undefined : [];
  }
}

async function inspected(docker: Docker, name: string): Promise<Inspected | undefined> {
  try {
    return await docker.getContainer(name).inspect();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw dockerError(error, `looking at container "${name}"`);
  }
}

function memberOf(
  name: string,
  info: Inspected | undefined,
  networks: readonly string[],
): Member | string {
  const fault = faultOf(name, info, info?.RestartCount ?? 0);
  if (info === undefined || fault !== undefined) return fault ?? `"${name}" does not exist`;
  const all = Object.entries(info.NetworkSettings.Networks);
  const shared = all.find(
    ([network, { IPAddress: ip }]) => networks.includes(network) && ip !== "",
  );
  if (shared === undefined) return `container "${name}" is in no network of the router`;
  return {
    name,
    address: shared[1].IPAddress,
    addresses: all.map(([, { IPAddress: ip }]) => ip).filter((ip) => ip !== ""),
    redact: redactorOf(envRecord(info.Config.Env)),
    restarts: info.RestartCount,
  };
}

function faultOf(name: string, info: Inspected | undefined, restarts: number): string | undefined {
  if (info === undefined) return `container "${name}" does not exist`;
  const { State: state, RestartCount: count } = info;
  if (state.Running && !state.Restarting && !state.Paused && count === restarts) return undefined;
  if (state.Paused) return `container "${name}" is paused`;
  const how = state.OOMKilled ? "ran out of memory" : `exited with code ${state.ExitCode}`;
  const again = state.Running || state.Restarting ? ` and was started again (${count} times)` : "";
  return `container "${name}" ${how}${again}`;
}

function isMember(value: Member | string): value is Member {
  return typeof value !== "string";
}
