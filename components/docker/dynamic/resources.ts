import type * as pulumi from "@pulumi/pulumi";
import type { SchemaBackup } from "../../migrations/status";
import { DynamicResource } from "../../dynamic/shim";
import type {
  GateInputs,
  PortCheckInputs,
  ReadyInputs,
  RouteInputs,
  RouteMode,
  RouteServer,
  TaskDatabase,
  TaskInputs,
  TaskSchema,
} from "./types";

type Args<T> = { [K in keyof T]: pulumi.Input<T[K]> };

export interface RouteArgs extends Args<Omit<RouteInputs, "servers">> {
  servers: pulumi.Input<pulumi.Input<RouteServer>[]>;
}
export type GateArgs = Args<GateInputs>;
export interface TaskArgs extends Args<Omit<TaskInputs, "env" | "networks" | "hosts" | "schema">> {
  schema?: pulumi.Input<Omit<TaskSchema, "database"> & { database?: Args<TaskDatabase> }>;
  networks?: pulumi.Input<pulumi.Input<string>[]>;
  hosts?: pulumi.Input<pulumi.Input<string>[]>;
  env?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}
export type ReadyArgs = Args<ReadyInputs>;
export interface PortCheckArgs extends Args<Omit<PortCheckInputs, "owner">> {
  owner?: pulumi.Input<string> | undefined;
}

// Outputs are declared only: a field of the class would be set to undefined after Pulumi has set it.

/** A service's part of the router: how requests find it and which servers answer them. */
export class Route extends DynamicResource {
  /** `name:port` of every server that takes traffic. */
  declare public readonly upstreams: pulumi.Output<string[]>;
  /** How the last change was applied. */
  declare public readonly mode: pulumi.Output<RouteMode>;

  constructor(name: string, args: RouteArgs, opts?: pulumi.CustomResourceOptions) {
    super("Route", "route", name, { upstreams: undefined, mode: undefined, ...args }, opts);
  }
}

/** Waits until new containers answer their readiness path; fails the update when they do not. */
export class Gate extends DynamicResource {
  /** `name:port` of every target that passed. */
  declare public readonly passed: pulumi.Output<string[]>;

  constructor(name: string, args: GateArgs, opts?: pulumi.CustomResourceOptions) {
    super("Gate", "gate", name, { passed: undefined, ...args }, opts);
  }
}

/** Waits until a command succeeds in a container; fails the update when it does not. */
export class Ready extends DynamicResource {
  constructor(name: string, args: ReadyArgs, opts?: pulumi.CustomResourceOptions) {
    super("Ready", "ready", name, args, opts);
  }
}

/** A one-off container that runs to its end; fails the update when it fails. */
export class Task extends DynamicResource {
  declare public readonly exitCode: pulumi.Output<number>;
  /** The last lines of what it printed, without secrets. */
  declare public readonly output: pulumi.Output<string>;
  /** The copy of the database that was taken before; undefined where none was. */
  declare public readonly backup: pulumi.Output<SchemaBackup | undefined>;

  constructor(name: string, args: TaskArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "Task",
      "task",
      name,
      { exitCode: undefined, output: undefined, backup: undefined, ...args },
      {
        ...opts,
        additionalSecretOutputs: [...(opts?.additionalSecretOutputs ?? []), "env"],
      },
    );
  }
}

/**
 * Fails before anything is created when a port to publish is held by something else, or the stack's objects belong to
 * another deployment, and names the holder.
 */
export class PortCheck extends DynamicResource {
  /** Id of the deployment that the stack's objects belong to; "none" where they have no label that tells. */
  declare public readonly owner: pulumi.Output<string>;

  constructor(name: string, args: PortCheckArgs, opts?: pulumi.CustomResourceOptions) {
    super("PortCheck", "ports", name, { owner: undefined, ...args }, opts);
  }
}
