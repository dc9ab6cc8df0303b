import type { KnownBackup, MigratedDatabase, MigratedSchema } from "../../migrations/status";
import type { AwsAccess } from "./clients";

/** Fails, before anything is created, when the account or the region is not the wanted one. */
export interface AccountInputs extends AwsAccess {
  /** Region in which the AWS provider works; undefined when it is not known. */
  readonly providerRegion?: string | undefined;
  /** @default any account */
  readonly expectedAccount?: string | undefined;
  /** What AWS has told: given by the check. */
  readonly account?: string | undefined;
}

/** Waits until ECS runs a task definition, and nothing else, as a service's PRIMARY. */
export interface EcsRolloutInputs extends AwsAccess {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Name of the service. */
  readonly service: string;
  /** The container that is the service's own. */
  readonly container: string;
  /** ARN with its number. */
  readonly taskDefinition: string;
  /** Limits of the number of tasks that are asked for. */
  readonly atLeast: number;
  readonly atMost: number;
  readonly deadlineSeconds: number;
}

/** Runs a task once, to its end. */
export interface EcsTaskInputs extends AwsAccess {
  /** What it is called in messages. */
  readonly name: string;
  readonly cluster: string;
  /** ARN with its number. */
  readonly taskDefinition: string;
  /** The container whose exit code counts. */
  readonly container: string;
  readonly subnets: string[];
  readonly securityGroups: string[];
  /** Where the container writes, to streams `<container>/<container>/<id of the task>`. */
  readonly logGroup: string;
  /** What tells this task's runs from others': by it a run is found again. */
  readonly startedBy: string;
  readonly timeoutSeconds: number;
  /** Changing it runs the task again. */
  readonly revision: string;
  /** Values that its last lines must not show. */
  readonly secrets?: Record<string, string> | undefined;
  /** Why there is nothing to run. */
  readonly nothing?: string | undefined;
  /** What it runs, as releases name it: the digest, else the reference. */
  readonly image?: string | undefined;
  /** The schema that it migrates. */
  readonly schema?: EcsTaskSchema | undefined;
}

export interface EcsTaskSchema extends MigratedSchema {
  /** The instance of RDS that it is in. @default no copy is made of it */
  readonly database?: MigratedDatabase;
  /** Whether a snapshot is taken before a contracting migration. */
  readonly backups: boolean;
}

export interface EcsTaskOutputs extends EcsTaskInputs {
  readonly exitCode: number;
  /** The last lines that it printed, without secrets. */
  readonly output: string;
  /** The snapshot that was taken before it. */
  readonly backup?: KnownBackup | undefined;
}
