import assert from "node:assert/strict";
import { valueOf } from "../../../support/mocks";
import { api, containersOf, deployed, DIGEST, REF } from "./services";

const PUBLIC = { exposure: { public: { port: 443 } } } as const;

describe("a service on AWS", function () {
  this.timeout(120_000);

  it("is a task of 512 CPU units and 1024 MiB on Fargate, unless it asks for more", async () => {
    const { seen } = await api();
    const { inputs } = seen.named("api-definition");
    assert.deepEqual(
      [inputs["cpu"], inputs["memory"], inputs["requiresCompatibilities"], inputs["networkMode"]],
      ["512", "1024", ["FARGATE"], "awsvpc"],
    );
  });

  it("runs no more rights than it needs, with an init process, and stops within its drain time", async () => {
    const { seen } = await api({ user: "1001", drain: "45s" });
    const { api: own } = containersOf(seen);
    assert.ok(own);
    assert.deepEqual(own["linuxParameters"], {
      initProcessEnabled: true,
      capabilities: { drop: ["ALL"] },
    });
    assert.equal(own["user"], "1001");
    assert.equal(own["stopTimeout"], 45);
    assert.equal(own["readonlyRootFilesystem"], undefined);
  });

  it("keeps its root file system read-only where asked, with a /tmp in memory", async () => {
    const { seen } = await api({ readOnlyRootFilesystem: true });
    const { api: own } = containersOf(seen);
    assert.ok(own);
    assert.equal(own["readonlyRootFilesystem"], true);
    assert.deepEqual(own["linuxParameters"], {
      initProcessEnabled: true,
      capabilities: { drop: ["ALL"] },
      tmpfs: [{ containerPath: "/tmp", size: 256 }],
    });
  });

  it("writes to a log group of its own, encrypted and kept for the environment's days", async () => {
    const { seen } = await api({}, { logRetentionDays: 90 });
    const group = seen.named("api-logs").inputs;
    assert.equal(group["name"], "/rainbow/staging/api/logs");
    assert.equal(group["retentionInDays"], 90);
    assert.match(String(group["kmsKeyId"]), /^arn:aws:kms:/);
    assert.deepEqual(containersOf(seen)["api"]?.["logConfiguration"], {
      logDriver: "awslogs",
      options: {
        "awslogs-group": "/rainbow/staging/api/logs",
        "awslogs-region": "ap-northeast-1",
        "awslogs-stream-prefix": "api",
      },
    });
  });

  it("has the platform's check as its container's, with the same figures as on Docker", async () => {
    const { seen } = await api({ health: { path: "/live", interval: "20s", retries: 5 } });
    const { command, ...figures } = containersOf(seen)["api"]?.["healthCheck"] as {
      command: string[];
    };
    assert.deepEqual(figures, { interval: 20, timeout: 10, retries: 5, startPeriod: 40 });
    assert.match(command.join(" "), /^CMD-SHELL .*127\.0\.0\.1:3000\/live/);
  });

  it("runs in the private subnets of all zones, without a public address", async () => {
    const { seen } = await api();
    const { inputs } = seen.named("api-service");
    const network = inputs["networkConfiguration"] as Record<string, unknown>;
    assert.equal(network["assignPublicIp"], false);
    assert.equal((network["subnets"] as string[]).length, 2);
    assert.ok((network["subnets"] as string[]).every((subnet) => subnet.includes("private")));
    assert.equal(inputs["availabilityZoneRebalancing"], "ENABLED");
    assert.equal(inputs["launchType"], "FARGATE");
    assert.equal(inputs["enableExecuteCommand"], false);
    assert.equal(inputs["propagateTags"], "SERVICE");
  });

  it("rolls a failed deployment back by ECS's circuit breaker, whatever its strategy", async () => {
    for (const strategy of ["blueGreen", "canary", "linear", "rolling", "recreate"] as const) {
      const { seen } = await api({ rollout: { strategy } });
      const { inputs } = seen.named("api-service");
      assert.deepEqual(inputs["deploymentCircuitBreaker"], { enable: true, rollback: true });
    }
  });

  it("is found by the others under its name by Service Connect, and finds them", async () => {
    const { seen } = await api({ responseTimeout: "20s" });
    const connect = seen.named("api-service").inputs["serviceConnectConfiguration"] as Record<
      string,
      unknown
    >;
    assert.equal(connect["enabled"], true);
    assert.deepEqual(connect["services"], [
      {
        portName: "api",
        discoveryName: "rainbow-staging-api",
        clientAlias: [{ dnsName: "api", port: 3000 }],
        timeout: { perRequestTimeoutSeconds: 20 },
      },
    ]);
    assert.deepEqual(containersOf(seen)["api"]?.["portMappings"], [
      { name: "api", containerPort: 3000, protocol: "tcp", appProtocol: "http" },
    ]);
  });

  it("is behind no load balancer while it is internal", async () => {
    const { seen, deployment } = await api();
    assert.deepEqual(seen.ofType("aws:lb/targetGroup:TargetGroup"), []);
    assert.equal(seen.named("api-service").inputs["loadBalancers"], undefined);
    assert.equal(deployment.publicUrl, undefined);
  });

  it("has target groups with its readiness path, and its drain as their delay, when it is public", async () => {
    const { seen } = await api({ ...PUBLIC, health: { readiness: { path: "/ready" } } });
    for (const name of ["api", "api-alternate"]) {
      const inputs = targetGroupOf(name, seen);
      assert.equal(inputs["deregistrationDelay"], 30);
      assert.equal(inputs["targetType"], "ip");
      assert.ok(String(inputs["name"]).length <= 32);
      assert.deepEqual(inputs["healthCheck"], {
        path: "/ready",
        protocol: "HTTP",
        matcher: "200-299",
        interval: 10,
        timeout: 9,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      });
    }
  });

  it("lets its tasks be reached by the load balancer alone, on their port alone", async () => {
    const { seen } = await api(PUBLIC);
    const into = seen
      .ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .filter(({ inputs }) => inputs["securityGroupId"] === "api-group-id");
    assert.deepEqual(
      into.map(({ inputs }) => [inputs["fromPort"], inputs["toPort"], inputs["cidrIpv4"]]),
      [[3000, 3000, undefined]],
    );
  });

  it("gives its tasks the port of what they are linked to, at both ends, and HTTPS", async () => {
    const { seen, deployments } = await deployed({ predictor: { port: 5000 } });
    assert.deepEqual(
      (await valueOf(deployments["predictor"]?.permission.ingress ?? [])).map(({ port }) => port),
      [5000],
    );
    const out = seen.ofType("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
    assert.deepEqual(
      out
        .filter(({ inputs }) => inputs["securityGroupId"] === "predictor-group-id")
        .map(({ inputs }) => [inputs["fromPort"], inputs["cidrIpv4"]]),
      [[443, "0.0.0.0/0"]],
    );
  });

  it("tells what ECS has of it, and the digest of its image", async () => {
    const { deployment } = await api(PUBLIC);
    const status = await valueOf(deployment.status);
    assert.equal(status.digest, DIGEST);
    assert.equal(status.repoDigest, REF);
    assert.deepEqual([status.containers, status.rollout.phases], [[], []]);
    const { taskDefinition, targetGroups, ...ecs } = status.ecs ?? {};
    assert.deepEqual(ecs, {
      region: "ap-northeast-1",
      cluster: "rainbow-staging",
      service: "api",
      container: "api",
      logGroup: "/rainbow/staging/api/logs",
    });
    assert.match(taskDefinition ?? "", /^arn:aws:ecs:/);
    assert.equal(targetGroups?.length, 2);
    assert.equal(status.url, "https://d111111abcdef8.cloudfront.net");
    assert.equal(deployment.internalUrl, "http://api:3000");
  });

  it("is waited for until ECS has it: readiness, drain and bake time, and what Fargate takes", async () => {
    const { seen } = await api({
      rollout: { strategy: "blueGreen", bake: "10m" },
      health: { readiness: { deadline: "4m" } },
    });
    const { inputs } = seen.named("api-rollout");
    assert.equal(inputs["deadlineSeconds"], 240 + 30 + 180 + 600);
    assert.equal(inputs["service"], "api");
    assert.deepEqual([inputs["atLeast"], inputs["atMost"]], [1, 1]);
  });

  it("leaves to ECS what ECS swaps, where traffic is shifted, and nothing else", async () => {
    const { seen } = await api(PUBLIC);
    const rule = seen.named("api-rule").inputs;
    assert.deepEqual(rule["actions"], [
      {
        type: "forward",
        forward: {
          targetGroups: [
            { arn: arnOf("api", seen), weight: 100 },
            { arn: arnOf("api-alternate", seen), weight: 0 },
          ],
        },
      },
    ]);
  });
});

function arnOf(name: string, seen: Awaited<ReturnType<typeof api>>["seen"]): string {
  const called = String(targetGroupOf(name, seen)["name"]);
  return `arn:aws:lb:ap-northeast-1:123456789012:targetgroup/${called}`;
}

/** A component may have the same name. */
function targetGroupOf(name: string, seen: Awaited<ReturnType<typeof api>>["seen"]) {
  const found = seen.ofType("aws:lb/targetGroup:TargetGroup").find((each) => each.name === name);
  assert.ok(found, name);
  return found.inputs;
}

describe("a release that is deployed again on AWS", () => {
  const arn = "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/rainbow-staging-api:7";

  it("runs the task definition that it ran, and registers none, where the revision is the same", async () => {
    const { deployment } = await api();
    const { revision } = await valueOf(deployment.status);
    const { seen, deployments } = await deployed(
      { api: {} },
      {},
      { registered: { api: { arn, revision } } },
    );
    assert.deepEqual(seen.ofType("aws:ecs/taskDefinition:TaskDefinition"), []);
    assert.equal(seen.named("api-service").inputs["taskDefinition"], arn);
    assert.equal(seen.named("api-rollout").inputs["taskDefinition"], arn);
    assert.ok(deployments["api"]);
    const status = await valueOf(deployments["api"].status);
    assert.deepEqual([status.revision, status.ecs?.taskDefinition], [revision, arn]);
  });

  it("registers one where the program has come to another revision", async () => {
    const registered = { api: { arn, revision: "another" } };
    const { seen } = await deployed({ api: {} }, {}, { registered });
    const { inputs } = seen.named("api-definition");
    assert.notEqual(seen.named("api-service").inputs["taskDefinition"], arn);
    // Or the next rollback would find none.
    assert.equal(inputs["skipDestroy"], true);
  });
});
