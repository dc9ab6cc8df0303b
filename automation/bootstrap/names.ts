/** What an account is made ready for. */
export interface BootstrapPlace {
  project: string;
  account: string;
  region: string;
  bucket: string;
  /** `owner/name` on GitHub. */
  repository: string;
  branch: string;
  /** GitHub environments whose jobs may deploy. */
  environments: readonly string[];
}

/** Tags by which the next run knows its own. */
export function ownTags({ project }: Pick<BootstrapPlace, "project">): Record<string, string> {
  return { Project: project, ManagedBy: "landfall-bootstrap" };
}

/** What a bucket is called where nobody says: of everybody's buckets no two have one name. */
export function bucketName(project: string, account: string, region: string): string {
  const tail = `-landfall-${account}-${region}`;
  const name = project.toLowerCase().replace(/[^a-z0-9-]+/g, "-");
  return `${name.slice(0, 63 - tail.length).replace(/^-+|-+$/g, "")}${tail}`;
}

export const issuer = "token.actions.githubusercontent.com";
export const audience = "sts.amazonaws.com";

export function namesOf({ project, account, region }: BootstrapPlace) {
  const iam = `arn:aws:iam::${account}`;
  const role = `${project}-landfall-deploy`;
  const policies = ["network", "compute", "data", "roles", "state"] as const;
  return {
    role,
    roleArn: `${iam}:role/${role}`,
    boundary: `${project}-landfall-boundary`,
    boundaryArn: `${iam}:policy/${project}-landfall-boundary`,
    policies: policies.map((part) => ({ part, name: `${project}-landfall-deploy-${part}` })),
    policyArn: (name: string) => `${iam}:policy/${name}`,
    provider: `${iam}:oidc-provider/${issuer}`,
    alias: `alias/${project}-landfall`,
    secretsProvider: `awskms://alias/${project}-landfall?region=${region}`,
  };
}
