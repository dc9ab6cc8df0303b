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
