import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../dynamic/shim";
import type { AccountInputs } from "./types";

type Args<T> = { [K in keyof T]: pulumi.Input<T[K]> };

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
