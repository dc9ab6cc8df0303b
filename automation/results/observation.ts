/**
 * What was observed after an update, never what the engine said.
 * - `deployed`: the intended images run in every container, and the public routes answer.
 * - `unchanged`: nothing had to change, and what runs is what is intended.
 * - `rolled_back`: the platform or Landfall has put the earlier release back, and it serves.
 * - `failed`: the update failed, or what runs is not what was intended. `error` says why.
 * - `unverified`: the update went through, but what runs could not be observed.
 */
export type Verdict = "deployed" | "unchanged" | "rolled_back" | "failed" | "unverified";

export interface ContainerObservation {
  name: string;
  /** The platform's word: `running`, `exited`, `restarting`, `missing`, … */
  state: string;
  health?: "healthy" | "unhealthy" | "starting";
  /** Image id that it runs. */
  digest?: string;
  revision?: string;
  startedAt?: string;
  restarts?: number;
}

/**
 * A service as it was seen.
 * - `matches`: every container runs the intended image and revision.
 * - `differs`: it does not, and waiting will not change that.
 * - `pending`: the platform is still about it.
 * - `rolled_back`: the platform has put an earlier revision back, which runs.
 * - `unknown`: it could not be looked at.
 */
export type ServiceState = "matches" | "differs" | "pending" | "rolled_back" | "unknown";

/** A service as intended by the program, beside what is running. */
export interface ServiceObservation {
  service: string;
  state: ServiceState;
  intended: { image: string; digest: string; revision: string; replicas: number };
  containers: ContainerObservation[];
  /** What differs, one sentence each. */
  reasons: string[];
}

/** An answer asked for from outside, through the public route. */
export interface ProbeResult {
  name: string;
  url: string;
  ok: boolean;
  /** HTTP status of the last answer, where there was one. */
  status?: number;
  attempts: number;
  /** Milliseconds that the last answer took. */
  latencyMs?: number;
  reason?: string;
}

export interface Observation {
  services: ServiceObservation[];
  probes: ProbeResult[];
  /** Why nothing, or not everything, could be observed. */
  unverified: string[];
}
