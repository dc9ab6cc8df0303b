import assert from "node:assert/strict";
import * as path from "node:path";
import { Provider } from "@pulumi/aws/provider";
import { aws } from "../../../../components/aws";
import type { AwsEnvironmentArgs } from "../../../../components/aws/args";
import type { Registered, Registrations } from "../../../support/mocks";
import { valueOf } from "../../../support/mocks";
import { matchesSnapshot } from "../../../support/snapshot";
import { openAws, shared } from "./support";

/** What the program's stacks ask for. */
const STACKS: Readonly<Record<string, AwsEnvironmentArgs>> = {
  staging: { logRetentionDays: 30 },
  production: {
    natGateways: "perZone",
    logRetentionDays: 90,
    alertEmails: ["ops@example.com"],
    domain: { name: "rainbow.example.com", zoneId: "Z0123456789ABCDEFGHIJ" },
  },
};

/** As the program's stacks have it, with a way in and a bucket. */
const open = shared((args: AwsEnvironmentArgs, stack?: string) =>
  openAws(args, stack === undefined ? {} : { stack }),
);

interface Policy {
  readonly Statement: readonly {
    readonly Sid?: string;
    readonly Effect: string;
    readonly Principal?: unknown;
    readonly Action: string | readonly string[];
    readonly Resource: string | readonly string[];
    readonly Condition?: unknown;
  }[];
}

const policyOf = ({ inputs }: Registered, key = "policy") =>
  JSON.parse(String(inputs[key])) as Policy;

describe("an environment on AWS", () => {
  for (const [stack, args] of Object.entries(STACKS))
    it(`is for ${stack} what its snapshot shows`, async () => {
      const { seen } = await open(args, stack);
      matchesSnapshot(seen, path.join(__dirname, "snapshots", `environment.${stack}.yaml`));
    });

  describe("admits", () => {
    it("nothing before AWS has told the account", async () => {
      const { seen } = await open({ accountId: "123456789012" });
      const [first] = seen.all.filter(({ type }) => !type.startsWith("test:"));
      assert.equal(first?.name, "shop-account");
      const { __provider, ...inputs } = first.inputs;
      assert.match(String(__provider), /awsAccount/);
      assert.deepEqual(inputs, {
        region: "ap-northeast-1",
        providerRegion: "ap-northeast-1",
        expectedAccount: "123456789012",
      });
    });

    it("the provider that the program gives, with its region and profile", async () => {
      let provider: Provider | undefined;
      const { seen } = await openAws(
        { region: "eu-west-1" },
        { opts: () => ({ providers: [(provider = new Provider("p", PROVIDER))] }) },
      );
      assert.ok(provider);
      const { region, providerRegion, profile } = seen.named("shop-account").inputs;
      assert.deepEqual([region, providerRegion, profile], ["eu-west-1", "eu-west-1", "ops"]);
    });
  });

  describe("has a network", () => {
    it("of a public and a private subnet in each zone, in which nothing gets a public address", async () => {
      const { seen } = await open({});
      const subnets = seen.ofType("aws:ec2/subnet:Subnet");
      assert.deepEqual(
        subnets.map(({ name, inputs }) => [name, inputs["cidrBlock"], inputs["availabilityZone"]]),
        [
          ["shop-public-a", "10.0.101.0/24", "ap-northeast-1a"],
          ["shop-public-c", "10.0.102.0/24", "ap-northeast-1c"],
          ["shop-private-a", "10.0.1.0/24", "ap-northeast-1a"],
          ["shop-private-c", "10.0.2.0/24", "ap-northeast-1c"],
        ],
      );
      assert.ok(subnets.every(({ inputs }) => inputs["mapPublicIpOnLaunch"] === false));
    });

    for (const [natGateways, names] of Object.entries({
      single: ["shop-nat-a"],
      perZone: ["shop-nat-a", "shop-nat-c"],
    }))
      it(`with NAT: ${natGateways}`, async () => {
        const { seen } = await open({ natGateways: natGateways as "single" | "perZone" });
        const gateways = seen.ofType("aws:ec2/natGateway:NatGateway");
        assert.deepEqual(
          gateways.map(({ name }) => name),
          names,
        );
        const routes = ["a", "c"].map((zone) => seen.named(`shop-private-${zone}-internet`).inputs);
        assert.deepEqual(
          routes.map(({ natGatewayId }) => natGatewayId),
          natGateways === "single"
            ? ["shop-nat-a-id", "shop-nat-a-id"]
            : ["shop-nat-a-id", "shop-nat-c-id"],
        );
      });

    it("whose private subnets reach S3, ECR, logs and secrets without the internet", async () => {
      const { seen } = await open({});
      const endpoints = seen.ofType("aws:ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) => inputs);
      assert.deepEqual(
        endpoints.map(({ serviceName }) =>
          String(serviceName).replace(/^com.amazonaws.ap-northeast-1./, ""),
        ),
        ["s3", "ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm"],
      );
      const [s3, ...others] = endpoints;
      assert.deepEqual(s3?.["routeTableIds"], ["shop-private-a-id", "shop-private-c-id"]);
      for (const each of others) {
        assert.equal(each["privateDnsEnabled"], true);
        assert.deepEqual(each["subnetIds"], ["shop-private-a-id", "shop-private-c-id"]);
        assert.deepEqual(each["securityGroupIds"], ["shop-endpoints-id"]);
      }
      const rule = seen.named("shop-endpoints-https").inputs;
      assert.deepEqual([rule["cidrIpv4"], rule["fromPort"]], ["10.0.0.0/16", 443]);
    });

    it("whose default security group is closed, and whose others are made empty", async () => {
      const { seen } = await open({});
      const { ingress, egress } = seen.named("shop-default").inputs;
      assert.deepEqual([ingress, egress], [[], []]);
      for (const { inputs } of seen.ofType("aws:ec2/securityGroup:SecurityGroup"))
        assert.ok(!("ingress" in inputs) && !("egress" in inputs));
    });

    it("that writes down what it refuses", async () => {
      const { seen } = await open({});
      const log = seen.ofType("aws:ec2/flowLog:FlowLog")[0]?.inputs;
      assert.equal(log?.["trafficType"], "REJECT");
      assert.equal(
        named(seen, "aws:cloudwatch", "shop-flow-logs")["name"],
        "/rainbow/staging/flow-logs",
      );
    });

    it("with a VPN gateway only where it is asked for", async () => {
      const type = "aws:ec2/vpnGateway:VpnGateway";
      assert.equal((await open({})).seen.ofType(type).length, 0);
      const { seen } = await open({ vpnGateway: true });
      assert.equal(seen.ofType(type).length, 1);
      assert.equal(
        seen.ofType("aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation").length,
        2,
      );
    });
  });

  it("encrypts logs, topics and artefacts with one key that rotates", async () => {
    const { seen } = await open(STACKS["production"] ?? {}, "production");
    const [key, ...others] = seen.ofType("aws:kms/key:Key");
    assert.equal(others.length, 0);
    assert.equal(key?.inputs["enableKeyRotation"], true);
    const arn = "arn:aws:kms:ap-northeast-1:123456789012:key/shop-key-0000000";
    for (const { inputs } of seen.ofType("aws:cloudwatch/logGroup:LogGroup"))
      assert.equal(inputs["kmsKeyId"], arn);
    assert.equal(seen.named("shop-alerts").inputs["kmsMasterKeyId"], arn);
    assert.match(JSON.stringify(seen.named("shop-artefacts-encryption").inputs), new RegExp(arn));
  });

  it("lets CloudWatch use the key for the stack's own log groups alone", async () => {
    const { seen } = await open({});
    const { Statement } = policyOf(seen.named("shop-key"));
    const logs = Statement.find(({ Sid }) => Sid === "Logs");
    assert.deepEqual(logs?.Principal, { Service: "logs.ap-northeast-1.amazonaws.com" });
    assert.deepEqual(logs.Condition, {
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn": [
          "arn:aws:logs:ap-northeast-1:123456789012:log-group:/rainbow/staging/*",
          "arn:aws:logs:ap-northeast-1:123456789012:log-group:/aws/ecs/containerinsights/rainbow-staging/*",
          "arn:aws:logs:ap-northeast-1:123456789012:log-group:/aws/rds/instance/rainbow-staging-*",
        ],
      },
    });
    const names = seen
      .ofType("aws:cloudwatch/logGroup:LogGroup")
      .map(({ inputs }) => inputs["name"]);
    assert.ok(
      names.every((name) => /^\/rainbow\/staging\/|\/rainbow-staging\//.test(String(name))),
    );
  });

  it("gives its own role no action and no resource by wildcard", async () => {
    const { seen } = await open({});
    for (const policy of seen.ofType("aws:iam/rolePolicy:RolePolicy"))
      for (const { Action, Resource } of policyOf(policy).Statement) {
        assert.ok([Action].flat().every((action) => !action.includes("*")));
        // What ends in a wildcard are the streams of the one log group.
        assert.ok([Resource].flat().every((each) => /^arn:[^*]+(:log-stream:\*)?$/.test(each)));
      }
  });

  it("keeps every log for as long as it is told, and no longer", async () => {
    const { seen } = await open({ logRetentionDays: 90 });
    for (const { inputs } of seen.ofType("aws:cloudwatch/logGroup:LogGroup"))
      assert.equal(inputs["retentionInDays"], 90);
    const rules = JSON.stringify(seen.named("shop-access-logs-lifecycle").inputs["rules"]);
    assert.match(rules, /"expiration":\{"days":90\}/);
  });

  it("has buckets that are private, encrypted, and take TLS alone", async () => {
    const { seen } = await open({});
    const buckets = seen.ofType("aws:s3/bucket:Bucket").map(({ name }) => name);
    assert.deepEqual(buckets.sort(), ["shop-access-logs", "shop-artefacts"]);
    for (const name of buckets) {
      const access = seen.named(`${name}-access`).inputs;
      const blocks = [
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
      ];
      assert.ok(blocks.every((block) => access[block] === true));
      assert.ok(seen.named(`${name}-encryption`));
      const { Statement } = policyOf(seen.named(`${name}-policy`));
      const [denied] = Statement;
      assert.deepEqual([denied?.Effect, denied?.Action], ["Deny", "s3:*"]);
      assert.deepEqual(denied?.Condition, { Bool: { "aws:SecureTransport": "false" } });
    }
    const versioning = seen.named("shop-artefacts-versioning").inputs;
    assert.deepEqual(versioning["versioningConfiguration"], { status: "Enabled" });
  });

  it("has a cluster with insights, and keeps nothing of sessions in containers", async () => {
    const { seen } = await open({});
    const { settings, configuration } = seen.named("shop-cluster").inputs;
    assert.deepEqual(settings, [{ name: "containerInsights", value: "enhanced" }]);
    assert.deepEqual(configuration, { executeCommandConfiguration: { logging: "NONE" } });
  });

  it("tells every address of alarms, over an encrypted topic that takes TLS alone", async () => {
    const { seen } = await open({ alertEmails: ["a@example.com", "b@example.com"] });
    const subscriptions = seen.ofType("aws:sns/topicSubscription:TopicSubscription");
    assert.deepEqual(
      subscriptions.map(({ inputs }) => [inputs["protocol"], inputs["endpoint"]]),
      [
        ["email", "a@example.com"],
        ["email", "b@example.com"],
      ],
    );
    const { Statement } = policyOf(seen.named("shop-alerts-policy"));
    assert.deepEqual(
      Statement.map(({ Effect, Action }) => [Effect, Action]),
      [
        ["Allow", "sns:Publish"],
        ["Deny", "sns:Publish"],
      ],
    );
  });

  it("tags whatever can be tagged with project, environment, maker and the program's own tags", async () => {
    const { seen } = await openAws(
      { ...STACKS["production"], vpnGateway: true, tags: { CostCentre: "42" } },
      { stack: "production" },
    );
    const wanted = {
      Project: "rainbow",
      Environment: "production",
      ManagedBy: "landfall",
      CostCentre: "42",
    };
    for (const { type, name, inputs } of seen.all) {
      if (!type.startsWith("aws:") || UNTAGGED.has(type)) continue;
      const { Name: ignored, ...tags } = (inputs["tags"] ?? {}) as Record<string, string>;
      assert.deepEqual(tags, wanted, `${type} ${name}`);
    }
  });

  it("makes neither way in nor bucket before a service needs them", async () => {
    const { seen } = await openAws({}, { use: () => undefined });
    for (const type of [
      "aws:lb/loadBalancer:LoadBalancer",
      "aws:cloudfront/distribution:Distribution",
      "aws:s3/bucket:Bucket",
    ])
      assert.equal(seen.ofType(type).length, 0, type);
  });

  it("takes changes of its children", async () => {
    const { seen } = await openAws(
      {},
      {
        args: {
          transform: {
            vpc: { instanceTenancy: "dedicated" },
            cluster: (args) => ({ ...args, settings: [] }),
            loadBalancer: { idleTimeout: 7 },
            key: { deletionWindowInDays: 7 },
            distribution: { priceClass: "PriceClass_200" },
            artefacts: { forceDestroy: false },
          },
        },
      },
    );
    const got = (name: string, key: string) => named(seen, "", name)[key];
    assert.equal(got("shop-vpc", "instanceTenancy"), "dedicated");
    assert.deepEqual(got("shop-cluster", "settings"), []);
    assert.equal(named(seen, "aws:lb/", "shop-lb")["idleTimeout"], 7);
    assert.equal(got("shop-key", "deletionWindowInDays"), 7);
    assert.equal(got("shop-cdn", "priceClass"), "PriceClass_200");
    assert.equal(got("shop-artefacts", "forceDestroy"), false);
  });

  it("hands on what its services need", async () => {
    const { context } = await open({});
    assert.equal(await valueOf(context.accountId), "123456789012");
    assert.equal(aws.admission(context), context.admission);
    assert.deepEqual(aws.publicPorts(context), [443]);
    assert.equal(await valueOf(context.network.s3PrefixListId), "pl-shop-s3");
    assert.equal(context.artefacts(), context.artefacts());
  });
});

const PROVIDER = { region: "eu-west-1", profile: "ops" } as const;

/** What AWS, or the provider, gives no tags to. */
const UNTAGGED = new Set([
  "aws:acm/certificateValidation:CertificateValidation",
  "aws:ec2/route:Route",
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:kms/alias:Alias",
  "aws:route53/record:Record",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketVersioning:BucketVersioning",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sns/topicSubscription:TopicSubscription",
]);

/** The inputs of the one resource of that name and of a type that begins so. */
function named(seen: Registrations, type: string, name: string): Registered["inputs"] {
  const found = seen.all.find((each) => each.type.startsWith(type) && each.name === name);
  assert.ok(found, `no ${type} ${name}`);
  return found.inputs;
}
