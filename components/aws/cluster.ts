import * as ecs from "@pulumi/aws/ecs";
import type * as kms from "@pulumi/aws/kms";
import * as servicediscovery from "@pulumi/aws/servicediscovery";
import { transformed } from "../transform";
import type { AwsContext, AwsFoundation } from "./context";
import { stackName } from "./context";
import { createLogGroup } from "./logs";
import { tagsOf } from "./tags";

/** Where services run, and where they find each other by name. */
export function createCluster(
  on: AwsFoundation & { readonly key: kms.Key },
): Pick<AwsContext, "cluster" | "namespace"> {
  const opts = { parent: on.environment, dependsOn: [on.admission] };
  const name = stackName(on);
  const namespace = new servicediscovery.HttpNamespace(
    `${on.name}-namespace`,
    { name, description: `Services of ${name}`, tags: tagsOf(on) },
    opts,
  );
  // ECS would make it by itself, outside of the stack: unencrypted, and left behind.
  const insights = createLogGroup(
    on,
    on.environment,
    `${on.name}-insights`,
    `/aws/ecs/containerinsights/${name}/performance`,
  );
  const args: ecs.ClusterArgs = {
    name,
    settings: [{ name: "containerInsights", value: "enhanced" }],
    // A session in a container may show secrets: what it prints is kept nowhere, unless a transform says where.
    configuration: { executeCommandConfiguration: { logging: "NONE" } },
    serviceConnectDefaults: { namespace: namespace.arn },
    tags: tagsOf(on),
  };
  const cluster = new ecs.Cluster(`${on.name}-cluster`, transformed(args, on.transform.cluster), {
    ...opts,
    dependsOn: [on.admission, insights],
  });
  return { cluster, namespace };
}
