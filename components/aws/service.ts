import * as ecs from "@pulumi/aws/ecs";
import * as pulumi from "@pulumi/pulumi";
import { fileStatus } from "../artefact";
import { revisionOf } from "../revision";
import type { ServiceDeployment, ServiceSpec } from "../specs";
import type { ServiceStatus } from "../status";
import type { TaskCount } from "./autoscaling";
import { autoscaling, taskCount } from "./autoscaling";
import { checkedService } from "./checks";
import { logConfiguration, serviceDefinitions } from "./container";
import type { AwsContext } from "./context";
import { stackName, stackPath } from "./context";
import type { Deployment } from "./deployment";
import { deploymentOf } from "./deployment";
import { deploymentAlarms } from "./deploymentAlarms";
import { EcsRollout } from "./dynamic/resources";
import type { Exposed } from "./exposure";
import { exposed } from "./exposure";
import { delivery } from "./files";
import type { ResolvedImage } from "./image";
import { repositoriesOf, resolveImage } from "./image";
import { grantsOf, linkedGrants } from "./policies";
import { executionRole, role } from "./roles";
import { createLogGroup } from "./logs";
import { outgoing, securityGroup } from "./securityGroup";
import { taskSecrets } from "./secrets";
import { tagsOf } from "./tags";
import { serviceTaskDefinition } from "./taskDefinition";

/**
 * A service on ECS: a task definition for each revision, an ECS service on Fargate over all zones that replaces its tasks by
 * its own deployment controller, and a gate that waits until ECS has done so, or fails with the reasons why it has not.
 */
export function service(
  context: AwsContext,
  parent: pulumi.ComponentResource,
  spec: ServiceSpec,
): ServiceDeployment {
  const { size, priorities } = checkedService(context, spec);
  const image = resolveImage(context, spec.image, spec.transform.image);
  const revision = revisionOf(spec, image.reference);
  const deployment = deploymentOf(spec);
  const path = stackPath(context, spec.name, "logs");
  const logs = createLogGroup(context, parent, `${spec.name}-logs`, path);
  const secrets = taskSecrets(context, parent, spec);
  const files = delivery(context, spec.name, spec.files);
  const execution = executionRole(context, parent, spec.name, {
    logGroup: logs,
    repositoryArns: [...repositoriesOf(image), ...files.repositoryArns],
    secrets,
  });
  const grants = [
    ...files.grants,
    ...linkedGrants(spec.links),
    ...grantsOf(spec.aws.policies ?? []),
  ];
  const task = role(context, parent, `${spec.name}-task`, "ecs-tasks.amazonaws.com", grants);
  const group = securityGroup(context, parent, spec.name, `tasks of ${spec.name}`);
  const ways = outgoing(parent, spec.name, group, spec.links);
  const { shifting } = deployment;
  const behind = exposed(context, parent, spec, group, { priorities, shifting });
  const parts = { image, revision, secrets, logGroup: logs, files, memoryMb: size.memoryMb };
  const definition = serviceTaskDefinition(context, parent, spec, revision, {
    size,
    definitions: serviceDefinitions(context, spec, parts),
    volumes: files.volumes,
    execution,
    task,
  });
  const discoveryName = stackName(context, spec.name);
  const alarms = deploymentAlarms(context, parent, spec, discoveryName, behind);
  const count = taskCount(spec);
  const running = new ecs.Service(
    `${spec.name}-service`,
    {
      ...serviceArgs(spec, deployment, count),
      tags: tagsOf(context),
      cluster: context.cluster.arn,
      taskDefinition: definition,
      networkConfiguration: {
        subnets: [...context.network.privateSubnetIds],
        securityGroups: [group.id],
        assignPublicIp: false,
      },
      ...(alarms.length === 0
        ? {}
        : {
            alarms: { alarmNames: alarms.map(({ name }) => name), enable: true, rollback: true },
          }),
      ...(behind === undefined ? {} : behindLoadBalancer(spec, behind)),
      serviceConnectConfiguration: {
        enabled: true,
        namespace: context.namespace.arn,
        services: [
          {
            portName: spec.name,
            discoveryName,
            clientAlias: [{ dnsName: spec.name, port: spec.port }],
            timeout: { perRequestTimeoutSeconds: Math.ceil(spec.responseTimeoutMs / 1000) },
          },
        ],
        logConfiguration: logConfiguration(context, logs, "service-connect"),
      },
    },
    {
      parent,
      // Its name is fixed: two of them cannot be there at once.
      deleteBeforeReplace: true,
      // The load decides; the gate sees to the limits. What ECS shifts is a matter of the rules, not of the service: a path in
      // `loadBalancers` that is ignored would be taken out of a service that becomes public.
      ignoreChanges: count.scaled ? ["desiredCount"] : [],
      dependsOn: [
        ...execution.ready,
        ...task.ready,
        ...ways,
        ...context.network.ways,
        ...(behind === undefined ? [] : [...behind.rules, ...behind.ready]),
        ...(behind?.shifter?.ready ?? []),
        ...spec.links.flatMap((link) => link.ready),
      ],
    },
  );
  autoscaling(context, parent, spec, running, behind);
  const rollout = new EcsRollout(
    `${spec.name}-rollout`,
    {
      region: context.region,
      cluster: context.cluster.name,
      service: running.name,
      container: spec.name,
      taskDefinition: definition,
      atLeast: count.min,
      atMost: count.max,
      deadlineSeconds: Math.ceil(deployment.deadlineMs / 1000),
    },
    { parent, dependsOn: [running] },
  );
  return {
    status: statusOf(context, spec, {
      image,
      revision,
      running,
      definition,
      logs,
      behind,
      rollout,
    }),
    internalUrl: `http://${spec.name}:${spec.port}`,
    publicUrl: behind?.url,
    permission: { ingress: [{ securityGroupId: group.id, port: spec.port }] },
  };
}

function serviceArgs(spec: ServiceSpec, deployment: Deployment, count: TaskCount): ecs.ServiceArgs {
  return {
    name: spec.name,
    launchType: "FARGATE",
    platformVersion: "1.4.0",
    desiredCount: Math.min(Math.max(spec.replicas, count.min), count.max),
    deploymentConfiguration: deployment.configuration,
    deploymentMinimumHealthyPercent: deployment.minimumHealthyPercent,
    deploymentMaximumPercent: deployment.maximumPercent,
    deploymentCircuitBreaker: { enable: true, rollback: true },
    // ECS moves tasks between zones by starting one more first, which a strategy of "recreate" forbids.
    availabilityZoneRebalancing: deployment.maximumPercent > 100 ? "ENABLED" : "DISABLED",
    enableExecuteCommand: false,
    enableEcsManagedTags: true,
    propagateTags: "SERVICE",
    // The gate waits, and knows why when there is nothing to wait for any more.
    waitForSteadyState: false,
  };
}

function behindLoadBalancer(spec: ServiceSpec, { targets, rules, shifter }: Exposed) {
  return {
    healthCheckGracePeriodSeconds: Math.ceil(spec.health.startPeriodMs / 1000),
    loadBalancers: targets.map(({ primary, alternate }, index) => {
      const rule = rules[index];
      return {
        targetGroupArn: primary.arn,
        containerName: spec.name,
        containerPort: spec.port,
        ...(alternate === undefined || shifter === undefined || rule === undefined
          ? {}
          : {
              advancedConfiguration: {
                alternateTargetGroupArn: alternate.arn,
                productionListenerRule: rule.arn,
                roleArn: shifter.arn,
              },
            }),
      };
    }),
  };
}

function statusOf(
  context: AwsContext,
  spec: ServiceSpec,
  made: {
    readonly image: ResolvedImage;
    readonly revision: string;
    readonly running: ecs.Service;
    readonly definition: pulumi.Output<string>;
    readonly logs: { readonly name: pulumi.Output<string> };
    readonly behind: Exposed | undefined;
    readonly rollout: EcsRollout;
  },
): pulumi.Output<ServiceStatus> {
  const { image, revision, running, definition, logs, behind, rollout } = made;
  const { strategy, gates } = spec.rollout;
  const count = taskCount(spec);
  const groups = (behind?.targets ?? []).flatMap(({ primary, alternate }) =>
    alternate === undefined ? [primary.arn] : [primary.arn, alternate.arn],
  );
  return pulumi
    .all([
      pulumi.all([image.digest, image.repoDigest]),
      pulumi.all([context.cluster.name, running.name]),
      pulumi.all([definition, logs.name]),
      pulumi.all(groups),
      pulumi.all([behind?.url, rollout.id]),
    ])
    .apply(([[digest, repoDigest], [cluster, name], [arn, logGroupName], targetGroups, [url]]) => ({
      image: image.reference,
      digest,
      ...(spec.image.name === spec.name ? {} : { imageName: spec.image.name }),
      ...(repoDigest === "" ? {} : { repoDigest }),
      revision,
      replicas: spec.replicas,
      ...spec.switches,
      healthPath: spec.health.path,
      port: spec.port,
      exposure: spec.published.length === 0 ? ("internal" as const) : ("public" as const),
      ...(url === undefined ? {} : { url }),
      containers: [],
      ecs: {
        region: context.region,
        cluster,
        service: name,
        taskDefinition: arn,
        container: spec.name,
        logGroup: logGroupName,
        ...(count.scaled ? { autoscaling: { min: count.min, max: count.max } } : {}),
        targetGroups,
      },
      // ECS has its own way from one revision to the next: there are no steps for the SDK to take.
      rollout: { strategy, phases: [], gates },
      ...(image.build === undefined ? {} : { build: image.build }),
      files: spec.files.map(fileStatus),
    }));
}
