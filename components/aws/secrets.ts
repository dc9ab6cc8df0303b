import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import type { Link } from "../link";
import type { AwsContext } from "./context";
import { stackPath } from "./context";
import { PerKey } from "./perEnvironment";
import { tagsOf } from "./tags";

/** A secret that a container is given: ECS reads it when the task starts, and no task definition holds it. */
export interface TaskSecret {
  /** Name of the variable. */
  readonly name: string;
  readonly store: "ssm" | "secretsmanager";
  /** What the execution role must be let read. */
  readonly arn: pulumi.Output<string>;
  /** What the task definition names. */
  readonly valueFrom: pulumi.Output<string>;
  /** Changes with the value. */
  readonly version: pulumi.Output<string>;
}

const linked = new PerKey<TaskSecret>();

/** The secrets of a service or a task: its own as parameters, those of its links as secrets that consumers share. */
export function taskSecrets(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  owner: {
    readonly name: string;
    readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
    readonly links: readonly Link[];
  },
): TaskSecret[] {
  const own = Object.entries(owner.secrets).map(([name, value]) =>
    parameter(context, parent, owner.name, name, value),
  );
  const fromLinks = owner.links.flatMap((link) =>
    Object.entries(link.secrets).map(([name, value]) =>
      linked.of(context, `${link.name}/${name}`, () => linkedSecret(context, link, name, value)),
    ),
  );
  return [...own, ...fromLinks].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function parameter(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  owner: string,
  name: string,
  value: pulumi.Input<string>,
): TaskSecret {
  const made = new ssm.Parameter(
    `${owner}-${dashed(name)}`,
    {
      name: stackPath(context, owner, name),
      type: "SecureString",
      keyId: context.key.arn,
      value: pulumi.secret(value),
      tags: tagsOf(context),
    },
    { parent, dependsOn: [context.admission] },
  );
  const version = pulumi.output(made.version).apply(String);
  return { name, store: "ssm", arn: made.arn, valueFrom: made.arn, version };
}

function linkedSecret(
  context: AwsContext,
  link: Link,
  name: string,
  value: pulumi.Input<string>,
): TaskSecret {
  const parent = context.environment;
  const made = new secretsmanager.Secret(
    `${link.name}-${dashed(name)}`,
    {
      name: stackPath(context, link.name, name),
      kmsKeyId: context.key.arn,
      // What it says is made from the stack's state: there is nothing to recover, and the name is wanted again.
      recoveryWindowInDays: 0,
      tags: tagsOf(context),
    },
    { parent, dependsOn: [context.admission] },
  );
  const current = new secretsmanager.SecretVersion(
    `${link.name}-${dashed(name)}-value`,
    { secretId: made.id, secretString: pulumi.secret(value) },
    { parent },
  );
  return {
    name,
    store: "secretsmanager",
    arn: made.arn,
    // No key of a JSON and no stage: the version itself, so that another value is another task definition.
    valueFrom: pulumi.interpolate`${made.arn}:::${current.versionId}`,
    version: current.versionId,
  };
}

function dashed(variable: string): string {
  return variable.toLowerCase().replaceAll("_", "-");
}
