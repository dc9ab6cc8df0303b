import assert from "node:assert/strict";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Link } from "../../../../components/link";
import { valueOf } from "../../../support/mocks";
import { matchesSnapshot } from "../../../support/snapshot";
import { api, containersOf, deployed, statementsOf } from "./services";

const PUBLIC = { exposure: { public: { port: 443 } } } as const;
const DATABASE: Link = {
  name: "db",
  env: { DATABASE_NAME: "shop" },
  secrets: { DATABASE_URL: pulumi.secret("postgres://app:pw@db/shop") },
  permission: { ingress: [{ securityGroupId: "sg-db", port: 5432 }] },
  ready: [],
};
const BUILD = { build: { context: path.join(__dirname, "../../../../apps/web") } };

describe("the parts of a service on AWS", function () {
  this.timeout(120_000);

  it("read secrets from where they are kept, by version, and no definition holds one", async () => {
    const links = [{ link: DATABASE }];
    const { seen } = await api({ secrets: { JWT_SECRET: "very-secret" }, links });
    const parameter = seen.named("api-jwt-secret");
    assert.equal(parameter.inputs["name"], "/rainbow/staging/api/JWT_SECRET");
    assert.deepEqual([parameter.inputs["type"], parameter.secrets], ["SecureString", ["value"]]);
    const secret = seen.named("db-database-url");
    assert.equal(secret.inputs["name"], "/rainbow/staging/db/DATABASE_URL");
    assert.deepEqual(seen.named("db-database-url-value").secrets, ["secretString"]);
    const own = containersOf(seen)["api"];
    assert.deepEqual(
      own?.secrets?.map(({ name, valueFrom }) => [name, valueFrom.split(":").slice(5).join(":")]),
      [
        [
          "DATABASE_URL",
          "secret//rainbow/staging/db/DATABASE_URL:::version-of-db-database-url-value",
        ],
        ["JWT_SECRET", "parameter//rainbow/staging/api/JWT_SECRET"],
      ],
    );
    assert.deepEqual(own["dockerLabels"], { "landfall.parameters": "JWT_SECRET:1" });
    const text = JSON.stringify(seen.named("api-definition").inputs);
    assert.ok(!text.includes("very-secret") && !text.includes("pw@db"));
  });

  it("share a linked secret between consumers, and open the database to each", async () => {
    const links = [{ link: DATABASE }];
    const { seen } = await deployed({ api: { links }, worker: { links } });
    assert.equal(seen.ofType("aws:secretsmanager/secret:Secret").length, 1);
    const into = seen
      .ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .filter(({ inputs }) => inputs["securityGroupId"] === "sg-db");
    assert.deepEqual(
      into.map(({ inputs }) => [inputs["referencedSecurityGroupId"], inputs["fromPort"]]).sort(),
      [
        ["api-group-id", 5432],
        ["worker-group-id", 5432],
      ],
    );
  });

  it("have no right on everything, but for what AWS knows for everything alone", async () => {
    const { seen } = await api({
      ...PUBLIC,
      image: BUILD,
      secrets: { A: "1" },
      links: [{ link: DATABASE }],
      aws: { policies: [{ actions: ["s3:PutObject"], resources: ["arn:aws:s3:::uploads/*"] }] },
    });
    const wide = seen
      .ofType("aws:iam/rolePolicy:RolePolicy")
      .flatMap(statementsOf)
      .filter(({ Action, Resource }) =>
        [...Action, ...Resource].some((text) => text === "*" || text.endsWith(":*:*")),
      );
    assert.deepEqual(wide.flatMap(({ Action }) => Action).sort(), [
      "ecr:GetAuthorizationToken",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
    ]);
    const actions = seen.ofType("aws:iam/rolePolicy:RolePolicy").flatMap(statementsOf);
    assert.ok(actions.every(({ Action }) => Action.every((action) => !action.includes("*"))));
  });

  it("start tasks with exactly their image, secrets and logs, and let them do only what is asked", async () => {
    const { seen } = await api({ secrets: { A: "1" } });
    const execution = statementsOf(seen.named("api-execution-policy"));
    assert.deepEqual(
      execution.map(({ Sid }) => Sid),
      ["ReadParameters", "DecryptSecrets", "WriteLogs"],
    );
    assert.ok(
      !seen.names().includes("api-task-policy"),
      "a service that asks for nothing has none",
    );
    const role = JSON.parse(String(seen.named("api-task").inputs["assumeRolePolicy"])) as {
      Statement: Record<string, unknown>[];
    };
    assert.deepEqual(role.Statement[0]?.["Condition"], {
      StringEquals: { "aws:SourceAccount": "123456789012" },
    });
  });

  it("build an image once, for Fargate, into a repository whose tags never move", async () => {
    const image = { ...BUILD, name: "app" };
    const { seen, deployments } = await deployed({ api: { image }, worker: { image } });
    const repository = seen.named("app-repository").inputs;
    assert.equal(repository["name"], "rainbow-staging/app");
    assert.equal(repository["imageTagMutability"], "IMMUTABLE");
    assert.deepEqual(repository["imageScanningConfiguration"], { scanOnPush: true });
    const [encryption] = repository["encryptionConfigurations"] as Record<string, string>[];
    assert.equal(encryption?.["encryptionType"], "KMS");
    assert.match(String(encryption["kmsKey"]), /^arn:aws:kms:/);
    const built = seen.ofType("docker:index/image:Image");
    assert.equal(built.length, 1);
    const build = built[0]?.inputs["build"] as Record<string, unknown>;
    assert.equal(build["platform"], "linux/amd64");
    assert.ok(built[0]?.secrets.includes("registry"), "the token is a secret");
    const host = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com";
    const name = new RegExp(`^${host}/rainbow-staging/app:[0-9a-f]{12}-abc123$`);
    assert.match(String(built[0]?.inputs["imageName"]), name);
    const uri = containersOf(seen)["api"]?.image ?? "";
    assert.match(uri, new RegExp(`^${host}/rainbow-staging/app@sha256:[0-9a-f]{64}$`));
    assert.ok(deployments["api"]);
    const status = await valueOf(deployments["api"].status);
    assert.equal(status.repoDigest, uri);
    assert.equal(uri.split("@")[1], status.digest);
    assert.equal(status.build?.image, "app");
  });

  it("leave a public image a reference, without rights on any repository", async () => {
    const { seen, deployment } = await api({ image: { ref: "nginx:1.27" } });
    assert.equal(containersOf(seen)["api"]?.image, "nginx:1.27");
    assert.equal((await valueOf(deployment.status)).digest, "");
    assert.deepEqual(seen.ofType("aws:ecr/repository:Repository"), []);
  });

  it("pull from a repository of another stack by the right on it alone", async () => {
    const host = "210987654321.dkr.ecr.eu-west-1.amazonaws.com";
    const ref = `${host}/shop/api@sha256:${"cd".repeat(32)}`;
    const { seen } = await api({ image: { ref } });
    const pull = statementsOf(seen.named("api-execution-policy")).find(
      ({ Sid }) => Sid === "PullImages",
    );
    assert.deepEqual(pull?.Resource, ["arn:aws:ecr:eu-west-1:210987654321:repository/shop/api"]);
  });

  it("deliver files through S3, checked, into volumes that are read-only in the end", async () => {
    const content = "worker_processes 1;";
    const sha256 = "6b3aa1c0b5b5a2b7a9e8e0c3e2a8f3b7d4c5a6b7c8d9e0f1a2b3c4d5e6f7a8b9";
    const file = { path: "/etc/nginx/nginx.conf", content, sha256 };
    const { seen } = await deployed({ api: { kind: { extend: () => ({ files: [file] }) } } });
    const object = seen.named(`file-${sha256.slice(0, 12)}`).inputs;
    assert.deepEqual([object["key"], object["content"]], [sha256, content]);
    const { api: own, files, "image-files": before } = containersOf(seen);
    assert.deepEqual(own?.["dependsOn"], [{ containerName: "files", condition: "SUCCESS" }]);
    assert.deepEqual(own["mountPoints"], [
      { sourceVolume: "api-files-0", containerPath: "/etc/nginx", readOnly: true },
    ]);
    assert.deepEqual([files?.["essential"], before?.["essential"]], [false, false]);
    assert.equal(before?.image, own.image);
    assert.match(JSON.stringify(files?.["entryPoint"]), /sha256sum -c -/);
    const grants = statementsOf(seen.named("api-task-policy"));
    assert.deepEqual(
      grants.map(({ Action }) => Action[0]),
      ["s3:GetObject", "kms:Decrypt"],
    );
    assert.match(grants[0]?.Resource[0] ?? "", new RegExp(`^arn:aws:s3:::.*/${sha256}$`));
  });

  it("follow CPU and requests between their limits, and leave the number to the load", async () => {
    const aws = { autoscaling: { min: 2, max: 6 } };
    const { seen, deployment } = await api({ ...PUBLIC, replicas: 3, aws });
    const target = seen.named("api-scaling").inputs;
    assert.deepEqual([target["minCapacity"], target["maxCapacity"]], [2, 6]);
    assert.equal(target["resourceId"], "service/rainbow-staging/api");
    const policy = (name: string) =>
      seen.named(name).inputs["targetTrackingScalingPolicyConfiguration"] as Record<
        string,
        unknown
      >;
    assert.equal(policy("api-scaling-cpu")["targetValue"], 60);
    assert.equal(policy("api-scaling-requests")["targetValue"], 1000);
    const { atLeast, atMost } = seen.named("api-rollout").inputs;
    assert.deepEqual(
      [atLeast, atMost, seen.named("api-service").inputs["desiredCount"]],
      [2, 6, 3],
    );
    const { ecs } = await valueOf(deployment.status);
    assert.deepEqual(ecs?.autoscaling, { min: 2, max: 6 });
  });

  it("count the requests of the group that has them, where traffic is shifted", async () => {
    const aws = { autoscaling: { max: 6 } };
    const metricOf = async (strategy: "rolling" | "blueGreen") => {
      const { seen } = await api({ ...PUBLIC, aws, rollout: { strategy } });
      return seen.named("api-scaling-requests").inputs["targetTrackingScalingPolicyConfiguration"];
    };
    assert.match(JSON.stringify(await metricOf("rolling")), /ALBRequestCountPerTarget/);
    assert.match(JSON.stringify(await metricOf("blueGreen")), /FILL\(m0, 0\) \+ FILL\(m1, 0\)/);
  });

  it("stop for good while something stops the service, whatever the load", async () => {
    const aws = { autoscaling: { min: 2, max: 6 } };
    const { seen } = await api({ aws, replicas: 3 }, {}, { stopped: { api: true } });
    assert.deepEqual(seen.ofType("aws:appautoscaling/target:Target"), []);
    const { atLeast, atMost } = seen.named("api-rollout").inputs;
    assert.deepEqual(
      [atLeast, atMost, seen.named("api-service").inputs["desiredCount"]],
      [0, 0, 0],
    );
  });

  it("hold a new revision to the gates' objectives by alarms that roll it back", async () => {
    const gates = [{ type: "slo", p95Ms: 200, errorRate: 0.02 }] as const;
    const { seen } = await api({ ...PUBLIC, rollout: { gates } });
    const errors = seen.named("api-rollout-errors").inputs;
    const latency = seen.named("api-rollout-p95").inputs;
    assert.deepEqual([errors["threshold"], latency["threshold"]], [0.02, 0.2]);
    assert.equal(errors["treatMissingData"], "notBreaching");
    const { alarms } = seen.named("api-service").inputs as { alarms: Record<string, unknown> };
    assert.deepEqual([alarms["enable"], alarms["rollback"]], [true, true]);
    assert.equal((alarms["alarmNames"] as string[]).length, 2);
    assert.match(JSON.stringify(errors["metricQueries"]), /AWS\/ApplicationELB/);
  });

  it("measure an internal service by Service Connect, in its own unit", async () => {
    const { seen } = await api({ rollout: { gates: [{ type: "slo", p95Ms: 100 }] } });
    const latency = JSON.stringify(seen.named("api-rollout-p95").inputs["metricQueries"]);
    assert.match(latency, /"TargetDiscoveryName":"rainbow-staging-api"/);
    assert.match(latency, /\/ 1000/);
  });

  for (const [stack, args] of Object.entries({
    staging: { replicas: 1, rollout: { strategy: "rolling" } },
    production: {
      replicas: 3,
      rollout: {
        strategy: "canary",
        pause: "5m",
        bake: "10m",
        gates: [{ type: "slo", p95Ms: 300 }],
      },
      aws: { autoscaling: { min: 3, max: 12 } },
    },
  } as const))
    it(`are these in ${stack}`, async () => {
      const { seen } = await deployed(
        {
          predictor: { port: 5000, user: "1000" },
          api: {
            ...args,
            ...PUBLIC,
            user: "1001",
            readOnlyRootFilesystem: true,
            secrets: { JWT_SECRET: "x" },
            links: [{ link: DATABASE }],
          },
        },
        {},
        { stack },
      );
      const own = seen.all.filter(({ name }) => /^(?:api|predictor|db)\b/.test(name));
      seen.all.splice(0, seen.all.length, ...own);
      matchesSnapshot(seen, path.join(__dirname, "snapshots", `services.${stack}.yaml`));
    });
});
