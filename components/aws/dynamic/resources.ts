import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../dynamic/shim";
import type { KnownBackup, MigratedDatabase } from "../../migrations/status";
import type { AccountInputs, EcsRolloutInputs, EcsTaskInputs, EcsTaskSchema } from "./types";

type Args<T> = { [K in keyof T]: pulumi.Input<T[K]> };

export type EcsRolloutArgs = Args<EcsRolloutInputs>;
export interface EcsTaskArgs extends Args<
  Omit<EcsTaskInputs, "subnets" | "securityGroups" | "secrets" | "schema">
> {
  subnets: pulumi.Input<pulumi.Input<string>[]>;
  securityGroups: pulumi.Input<pulumi.Input<string>[]>;
  secrets?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  schema?: pulumi.Input<Omit<EcsTaskSchema, "database"> & { database?: Args<MigratedDatabase> }>;
}
export type AccountCheckArgs = Args<Omit<AccountInputs, "account">>;

// Outputs are declared only: a field of the class would be set to undefined after Pulumi has set it.

/** Fails before anything is created when the account or the region is not the wanted one, or nobody is signed in. */
export class AccountCheck extends DynamicResource {
  /** Id of the account, 12 digits. */
  declare public readonly account: pulumi.Output<string>;

  constructor(name: string, args: AccountCheckArgs, opts?: pulumi.CustomResourceOptions) {
    super("AccountCheck", "awsAccount", name, { account: undefined, ...args }, opts);
  }
}

/** Waits until ECS has a service where it is meant to be; fails the update, with the reasons, when it does not get there. */
export class EcsRollout extends DynamicResource {
  constructor(name: string, args: EcsRolloutArgs, opts?: pulumi.CustomResourceOptions) {
    super("EcsRollout", "ecsRollout", name, args, opts);
  }
}

/** A one-off task on Fargate that runs to its end; fails the update when it fails. */
export class EcsTask extends DynamicResource {
  declare public readonly exitCode: pulumi.Output<number>;
  /** The last lines of what it printed, without secrets. */
  declare public readonly output: pulumi.Output<string>;
  /** The snapshot that was taken before it; null where none was. */
  declare public readonly backup: pulumi.Output<KnownBackup | null | undefined>;

  constructor(name: string, args: EcsTaskArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "EcsTask",
      "ecsTask",
      name,
      { exitCode: undefined, output: undefined, backup: undefined, ...args },
      {
        ...opts,
        additionalSecretOutputs: [...(opts?.additionalSecretOutputs ?? []), "secrets"],
      },
    );
  }
}
