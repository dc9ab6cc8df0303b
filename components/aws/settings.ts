import type { AwsEnvironmentArgs, DomainArgs } from "./args";

/** An environment's settings, checked and complete. */
export interface AwsSettings extends Required<
  Pick<
    AwsEnvironmentArgs,
    | "cidr"
    | "natGateways"
    | "cdn"
    | "publicPorts"
    | "logRetentionDays"
    | "alertEmails"
    | "deletionProtection"
    | "tags"
  >
> {
  readonly region: string;
  /** In the order of the subnets. */
  readonly zones: readonly string[];
  readonly privateSubnets: readonly string[];
  readonly publicSubnets: readonly string[];
  readonly domain: DomainArgs | undefined;
}
