/**
 * Host ports of loopback. The files of the Docker tests run side by side, so each has its own; they lie below those that
 * Linux hands out by itself.
 */
export const PORTS = {
  lifecycle: { web: 18401, api: 18402, taken: { web: 18403, api: 18404 } },
  rollout: 18411,
  faults: 18412,
  crash: 18413,
  features: 18421,
  readOnly: 18422,
  backups: 18423,
  promote: { dev: 18431, staging: 18432 },
  registry: { dev: 18441, staging: 18442, registry: 18443, proxy: 18444 },
  engines: { dev: 18445, staging: 18446, registry: 18447 },
  migrations: 18451,
  alembic: 18452,
  restart: 18461,
  redaction: { dev: 18471, staging: 18472 },
} as const;

/**
 * Networks of /24 where a test asks for one, by their first three numbers: outside of those that stacks get by their names.
 */
export const SUBNETS = {
  "lfrt-bench": "10.231.0",
  "lfrt-route": "10.231.1",
  "lfrt-gate": "10.231.2",
  "lfrt-ready": "10.231.3",
  "lfrt-task": "10.231.4",
  "lfrt-port": "10.231.5",
  "lfgate-all": "10.231.6",
  "lfgate-slo": "10.231.7",
  "lfgate-sloe": "10.231.22",
  /** With 10.231.17, which is what two of them together are. */
  "plugin-network": "10.231.16",
  "plugin-engine": "10.231.18",
  owners: "10.231.19",
  dataLoss: "10.231.20",
  engines: "10.231.21",
} as const;

/** Names of test beds, which are prefixes of all that is in them. */
export type BedName = Extract<keyof typeof SUBNETS, `lf${string}`>;
