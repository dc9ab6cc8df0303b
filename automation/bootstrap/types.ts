import type { PolicyDocument } from "./documents";

export interface BootstrapChange {
  /** What it is, such as `bucket shop-landfall-…`. */
  resource: string;
  action: "created" | "updated" | "unchanged";
}

export interface BootstrapResult {
  account: string;
  region: string;
  bucket: string;
  roleArn: string;
  /** Everything that was looked at, in order; with `dryRun` what would be done. */
  changes: BootstrapChange[];
  /** Whether anything was, or would be, done. */
  changed: boolean;
  dryRun: boolean;
  /** The policies as they are written, by what they are for. */
  documents: Record<string, PolicyDocument>;
  /** What makes use of it. */
  settings: {
    PULUMI_BACKEND_URL: string;
    secretsProvider: string;
    AWS_DEPLOY_ROLE_ARN: string;
    /** ARN of the policy that the stacks' roles are to be bounded by: config `permissionsBoundary`. */
    permissionsBoundary: string;
  };
}
