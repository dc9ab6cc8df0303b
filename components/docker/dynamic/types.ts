import type { MigratedSchema, SchemaBackup } from "../../migrations/status";

/** How requests find a service: the port they arrive at and, where several services share it, host and path. */
export interface RouteListen {
  /** Port on which the router listens inside the network (and which it may publish). */
  port: number;
  /** Host names without port, matched exactly and without regard to case. @default any host */
  hosts?: string[];
  /** Path prefix on a segment border: `/api` takes `/api` and `/api/x`, not `/apix`. @default every path */
  pathPrefix?: string;
}

/** One replica of a service. */
export interface RouteServer {
  /** Container name, resolvable by Docker's DNS in the router's network. */
  name: string;
  port: number;
  /** Share of the traffic relative to the other servers, 0-256. @default 100 */
  weight?: number;
}

/** The router's own active check of every server; a server that fails it gets no traffic. */
export interface RouteCheck {
  /** Readiness path of the service. */
  path: string;
  /** Seconds between two checks. @default 2 */
  intervalSeconds?: number;
  /** Seconds to wait for an answer. @default 2 */
  timeoutSeconds?: number;
  /** Failed checks in a row until a server is left out. @default 3 */
  fall?: number;
  /** Successful checks in a row until it is taken back. @default 1 */
  rise?: number;
}

export interface RouteTimeouts {
  /** Seconds to wait for a server to accept a connection. @default 2 */
  connectSeconds?: number;
  /** Seconds a server may take until its answer starts. @default 60 */
  responseSeconds?: number;
  /** Seconds an upgraded connection (websocket) may be silent. @default 3600 */
  tunnelSeconds?: number;
}

/** What the router answers while a service has no servers. */
export interface RouteMaintenance {
  /** Value of the `Retry-After` header of the 503, in seconds. @default 10 */
  retryAfterSeconds?: number;
}

/** A service's part of the router. An empty `servers` answers 503 with `Retry-After`. */
export interface RouteInputs {
  /** Name or id of the router's container. */
  router: string;
  /** Service name: lower-case letters, digits and dashes; unique in one router. */
  service: string;
  listen: RouteListen[];
  servers: RouteServer[];
  check: RouteCheck;
  timeouts?: RouteTimeouts;
  /** Longest time to wait for requests that are under way in replaced servers, in seconds. @default 30 */
  drainSeconds?: number;
  maintenance?: RouteMaintenance;
  /** Keeps a client with the server that it met first, for as long as that serves. @default none */
  sticky?: RouteSticky;
}

/** By a cookie that the router sets, or by the value of a request header. */
export type RouteSticky = { cookie: string } | { header: string };

/** How the last change was applied: through the runtime API, or with a (hitless) reload. */
export type RouteMode = "runtime" | "reload";

export interface RouteOutputs extends RouteInputs {
  /** `name:port` of every server that takes traffic. */
  upstreams: string[];
  mode: RouteMode;
}

export interface GateTarget {
  /** Container name. */
  name: string;
  port: number;
}

/** Waits until every target answers as expected; fails the update otherwise. */
export interface GateInputs {
  /** Name or id of the router's container, from inside of which the targets are asked. */
  router: string;
  targets: GateTarget[];
  /** Path to ask with GET. */
  path: string;
  /** @default 200 */
  expectStatus?: number;
  /** Seconds until the gate gives up. @default 60 */
  deadlineSeconds?: number;
  /** Milliseconds between two questions to a target, 100-250. @default 150 */
  intervalMs?: number;
  /** Expected answers in a row that open the gate. @default 1 */
  successes?: number;
  /** Key of what is being gated; another value asks again. */
  revision: string;
  /** Names of the targets' variables to blot out of their logs, beside those that look like secrets. @default [] */
  secretEnv?: string[];
}

export interface GateOutputs extends GateInputs {
  /** `name:port` of every target that passed. */
  passed: string[];
}

/** A container that runs once to its end, before traffic. */
export interface TaskInputs {
  /** Name of the container and identity of the task: two of one name never run at once. */
  name: string;
  image: string;
  /** @default the image's own command */
  command?: string[];
  /** Environment; may hold secrets. */
  env?: Record<string, string>;
  /** Names of `env` entries to blot out of the output, beside those that look like secrets. */
  secretEnv?: string[];
  /** Names of the networks to join, all before the start. @default Docker's default network */
  networks?: string[];
  labels?: Record<string, string>;
  /** `host:address` lines for /etc/hosts. */
  hosts?: string[];
  /** Memory limit in MiB. @default none */
  memoryMb?: number;
  /** Seconds until the task is killed and failed. @default 300 */
  timeoutSeconds?: number;
  /** The schema that it migrates. @default none that is known */
  schema?: TaskSchema;
  /** Key of what runs; another value runs the task again. */
  revision: string;
}

/** The database of a schema. */
export interface TaskDatabase {
  component: string;
  name: string;
  role: string;
  server: string;
}

/** What a task that migrates has to know of the schema. */
export interface TaskSchema extends MigratedSchema {
  /** Heads of the database with which there is nothing to run: a former release's own, and later ones that its code works with. */
  beyond: string[];
  /** Component, database, the role that owns it, and the container of its server. @default it is not looked at */
  database?: TaskDatabase;
  /** Folder for a copy of the database before a contracting migration. @default none is taken */
  backups?: string;
}

export interface TaskOutputs extends TaskInputs {
  exitCode: number;
  /** The last lines of what the task printed, without secrets. */
  output: string;
  /** The copy of the database that was taken before. */
  backup?: SchemaBackup;
}

/** Waits until a command succeeds in a container, such as a database's own readiness tool. */
export interface ReadyInputs {
  /** Name or id of the container. Another container asks again. */
  container: string;
  /** Command and its arguments, run without a shell. */
  command: string[];
  /** Seconds until it gives up. @default 60 */
  deadlineSeconds?: number;
  /** Milliseconds between two attempts. @default 250 */
  intervalMs?: number;
}

export type ReadyOutputs = ReadyInputs;

export interface CheckedPort {
  port: number;
  /** What the port is for, named in the error, such as `landfall:webPort`. */
  usedBy: string;
}

/**
 * Fails, before anything is created, when a port that the router is to publish is held by something else, and when the
 * stack's objects on this Docker engine belong to another deployment.
 */
export interface PortCheckInputs {
  /** Address that the router binds, such as 127.0.0.1 or 0.0.0.0. */
  bindAddress: string;
  ports: CheckedPort[];
  /** Labels of this stack's router (project and stack at least): a port that it holds itself is not taken. */
  routerLabels: Record<string, string>;
  /** Labels of all of this stack's objects. @default other deployments are not looked for */
  stackLabels?: Record<string, string>;
  /**
   * Id of the deployment that the stack's objects belong to; "none" for a stack that was deployed before there were
   * any. It stays what it was at first. @default a random one
   */
  owner?: string;
}

export type PortCheckOutputs = PortCheckInputs;
