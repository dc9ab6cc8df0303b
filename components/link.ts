import type * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "./aws/args";

/** What a platform needs to let a consumer reach a linked component, and nothing wider. */
export interface NetworkPermission {
  /** Docker: host names that the consumer resolves to an address. */
  readonly hosts?: readonly { readonly name: string; readonly address: pulumi.Input<string> }[];
  /** Docker: networks that the consumer joins. */
  readonly networks?: readonly pulumi.Input<string>[];
  /** AWS: security groups that the consumer's must be let into, and on which port. */
  readonly ingress?: readonly {
    readonly securityGroupId: pulumi.Input<string>;
    readonly port: number;
  }[];
}

/** AWS: what the role of a consumer may do, for the sake of a link. */
export type LinkGrant = PolicyStatement;

/** A cache as those are told of it that watch over it. */
export interface LinkedCache {
  /** Name of the component. */
  readonly component: string;
  /** AWS: names of its nodes. */
  readonly nodes: readonly string[];
}

/** A database as a job is told of it that looks after its schema. */
export interface LinkedDatabase {
  /** Name of the component. */
  readonly component: string;
  /** Name of the database. */
  readonly name: string;
  /** Role that owns it. */
  readonly role: string;
  /** Docker: name of the server's container. */
  readonly server: pulumi.Input<string> | undefined;
  /** AWS: identifier of the RDS instance, and the ARN of the secret with its master user's name and password. */
  readonly rds?: {
    readonly instance: pulumi.Input<string>;
    readonly masterSecretArn: pulumi.Input<string>;
  };
}

/** The right and the means to use another component: what a service is given when it links to it. */
export interface Link {
  /** Name of the component that is linked to. */
  readonly name: string;
  /** Environment variables without secrets, such as `PREDICTOR_URL`. */
  readonly env: Readonly<Record<string, pulumi.Input<string>>>;
  /** Environment variables that hold secrets, such as `DATABASE_URL`. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  /** What the network must allow. */
  readonly permission: NetworkPermission;
  /** AWS: what the consumer's role is given the right to. @default [] */
  readonly grants?: readonly LinkGrant[];
  /** The cache that it gives, where it gives one. */
  readonly cache?: LinkedCache;
  /** The Postgres database that it gives, where it gives one. */
  readonly database?: LinkedDatabase;
  /** What must be there before a consumer starts. */
  readonly ready: readonly pulumi.Resource[];
}

/** A component that services can link to. */
export interface Linkable {
  readonly link: Link;
}

/** Names of the variables that hold secrets: a consumer's own, and those of its links. */
export function secretNamesOf({
  secrets,
  links,
}: {
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly links: readonly Link[];
}): string[] {
  return [...Object.keys(secrets), ...links.flatMap((link) => Object.keys(link.secrets))].sort();
}

/** `PREDICTOR_URL` for `predictor`, `IMAGE_RESIZER_URL` for `image-resizer`. */
export function urlVariable(name: string): string {
  return `${name.toUpperCase().replace(/-/g, "_")}_URL`;
}
