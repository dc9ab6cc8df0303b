import assert from "node:assert/strict";
import type { AwsEnvironmentArgs } from "../../../../components/aws/args";
import type { AwsContext, AwsEdge } from "../../../../components/aws/context";
import { valueOf } from "../../../support/mocks";
import { openAws, PUBLIC, shared } from "./support";

const domain = { name: "shop.example.com", zoneId: "Z0123456789ABCDEFGHIJ" };
const LISTENER = "aws:lb/listener:Listener";
const RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

const open = shared(async (args: AwsEnvironmentArgs, ...seconds: readonly number[]) => {
  let edge: AwsEdge | undefined;
  const use = (context: AwsContext) => {
    for (const each of [60, ...seconds])
      edge = context.edge({ ...PUBLIC, responseTimeoutMs: each * 1000 });
  };
  const { seen } = await openAws(args, { use });
  assert.ok(edge);
  const loadBalancer = seen.ofType("aws:lb/loadBalancer:LoadBalancer")[0]?.inputs ?? {};
  const distribution = seen.ofType("aws:cloudfront/distribution:Distribution")[0]?.inputs;
  return { seen, edge, loadBalancer, distribution };
});

/** Who gets to the load balancer, and where. */
async function entries(args: AwsEnvironmentArgs) {
  const { seen } = await open(args);
  return seen
    .ofType(RULE)
    .filter(({ name }) => name.startsWith("shop-lb"))
    .map(({ inputs }) => [inputs["fromPort"], inputs["prefixListId"] ?? inputs["cidrIpv4"]]);
}

describe("the way in on AWS", () => {
  it("is one load balancer in the public subnets, whoever asks for it", async () => {
    const { seen, loadBalancer } = await open({}, 60, 60);
    assert.equal(seen.ofType("aws:lb/loadBalancer:LoadBalancer").length, 1);
    assert.deepEqual(loadBalancer["subnets"], ["shop-public-a-id", "shop-public-c-id"]);
    assert.equal(loadBalancer["name"], "rainbow-staging");
  });

  it("drops what is not a header, and writes down every request", async () => {
    const { loadBalancer, seen } = await open({});
    assert.equal(loadBalancer["dropInvalidHeaderFields"], true);
    assert.deepEqual(loadBalancer["accessLogs"], { enabled: true, bucket: "shop-access-logs-id" });
    const policy = String(seen.named("shop-access-logs-policy").inputs["policy"]);
    assert.match(policy, /logdelivery\.elasticloadbalancing\.amazonaws\.com/);
    assert.match(policy, /AWSLogs\/123456789012\/\*/);
  });

  it("is protected against deletion, unless it is said not to be", async () => {
    assert.equal((await open({})).loadBalancer["enableDeletionProtection"], true);
    const { loadBalancer } = await open({ deletionProtection: false });
    assert.equal(loadBalancer["enableDeletionProtection"], false);
  });

  it("waits as long as the slowest service may take", async () => {
    const args = { domain, cdn: false };
    assert.equal((await open(args, 30)).loadBalancer["idleTimeout"], 60);
    assert.equal((await open(args, 300, 90)).loadBalancer["idleTimeout"], 300);
  });

  it("refuses a service that takes longer than CloudFront waits", async () => {
    await assert.rejects(
      open({}, 61),
      /ApiService "api": 1 problem\n {2}responseTimeout: must be at most 60 s: CloudFront/,
    );
  });

  it("refuses a service that comes after the program's load and takes longer than the others", async () => {
    const args = { domain, cdn: false };
    const { context } = await openAws(args);
    assert.ok(context.edge({ ...PUBLIC, responseTimeoutMs: 45_000 }));
    assert.throws(
      () => context.edge({ ...PUBLIC, responseTimeoutMs: 90_000 }),
      /responseTimeout: must be known while the program is loaded.*got 90 s/,
    );
  });

  it("answers 404 to what no service takes", async () => {
    const { seen } = await open({});
    assert.deepEqual(seen.named("shop-443").inputs["defaultActions"], [
      {
        type: "fixed-response",
        fixedResponse: { statusCode: "404", contentType: "text/plain", messageBody: "not found" },
      },
    ]);
  });

  describe("without a domain", () => {
    it("is CloudFront's name and certificate, and leads clients to HTTPS", async () => {
      const { edge, distribution } = await open({});
      assert.equal(await valueOf(edge.url), "https://d111111abcdef8.cloudfront.net");
      assert.deepEqual(distribution?.["viewerCertificate"], { cloudfrontDefaultCertificate: true });
      const { viewerProtocolPolicy } = distribution["defaultCacheBehavior"] as Record<
        string,
        string
      >;
      assert.equal(viewerProtocolPolicy, "redirect-to-https");
    });

    it("lets CloudFront alone reach the load balancer", async () => {
      assert.deepEqual(await entries({}), [[80, "pl-cloudfront"]]);
    });

    it("takes only requests with the secret that CloudFront adds", async () => {
      const { edge, distribution, seen } = await open({});
      assert.deepEqual(await valueOf(edge.conditions), [
        {
          httpHeader: { httpHeaderName: "X-Origin-Verify", values: ["generated-for-shop-origin"] },
        },
      ]);
      const [origin] = distribution?.["origins"] as { customHeaders: unknown }[];
      assert.deepEqual(origin?.customHeaders, [
        { name: "X-Origin-Verify", value: "generated-for-shop-origin" },
      ]);
      assert.ok(seen.named("shop-cdn").secrets.includes("origins"));
    });

    it("listens for it by HTTP at 80, under the public port's name", async () => {
      const { seen, edge } = await open({});
      const [listener, ...others] = seen.ofType(LISTENER).map(({ inputs }) => inputs);
      assert.equal(others.length, 0);
      assert.deepEqual([listener?.["port"], listener?.["protocol"]], [80, "HTTP"]);
      assert.deepEqual([...edge.listeners.keys()], [443]);
    });
  });

  describe("with a domain", () => {
    it("is the domain, by TLS 1.2 and later on both sides of CloudFront", async () => {
      const { edge, distribution, seen } = await open({ domain });
      assert.equal(await valueOf(edge.url), "https://shop.example.com");
      const listener = seen.named("shop-443").inputs;
      assert.equal(listener["sslPolicy"], "ELBSecurityPolicy-TLS13-1-2-Res-2021-06");
      assert.deepEqual([listener["port"], listener["protocol"]], [443, "HTTPS"]);
      const viewer = distribution?.["viewerCertificate"] as Record<string, string>;
      assert.equal(viewer["minimumProtocolVersion"], "TLSv1.2_2021");
      const [origin] = distribution?.["origins"] as { customOriginConfig: object }[];
      assert.deepEqual(origin?.customOriginConfig, {
        httpPort: 80,
        httpsPort: 443,
        originProtocolPolicy: "https-only",
        originSslProtocols: ["TLSv1.2"],
        originReadTimeout: 60,
        originKeepaliveTimeout: 60,
      });
      assert.deepEqual(distribution?.["aliases"], ["shop.example.com"]);
    });

    it("has certificates in its own region and in CloudFront's, proven by one record", async () => {
      const { seen } = await open({ domain });
      const certificates = seen.ofType("aws:acm/certificate:Certificate");
      assert.deepEqual(
        certificates.map(({ inputs }) => [inputs["domainName"], inputs["region"]]),
        [
          ["shop.example.com", undefined],
          ["shop.example.com", "us-east-1"],
        ],
      );
      const { name, type, zoneId } = seen.named("shop-certificate-proof").inputs;
      assert.deepEqual(
        [name, type, zoneId],
        ["_proof.shop.example.com.", "CNAME", "Z0123456789ABCDEFGHIJ"],
      );
    });

    it("has one certificate in us-east-1, where both are the same", async () => {
      const zones = ["us-east-1a", "us-east-1b"];
      const { seen } = await openAws({ domain, region: "us-east-1", zones });
      assert.equal(seen.ofType("aws:acm/certificate:Certificate").length, 1);
    });

    it("leads the domain to CloudFront, by IPv4 and IPv6", async () => {
      const { seen } = await open({ domain });
      for (const type of ["A", "AAAA"]) {
        const record = seen.named(`shop-domain-${type.toLowerCase()}`).inputs;
        assert.equal(record["type"], type);
        assert.deepEqual(record["aliases"], [
          {
            name: "d111111abcdef8.cloudfront.net",
            zoneId: "Z2FDTNDATAQYW2",
            evaluateTargetHealth: false,
          },
        ]);
      }
    });

    it("lets CloudFront alone reach the load balancer, at 443", async () => {
      assert.deepEqual(await entries({ domain }), [[443, "pl-cloudfront"]]);
    });
  });

  describe("without CloudFront", () => {
    const args = { domain, cdn: false };

    it("is open to everybody at its ports, of which 80 leads to HTTPS", async () => {
      assert.deepEqual(await entries({ ...args, publicPorts: [443, 8443] }), [
        [80, "0.0.0.0/0"],
        [443, "0.0.0.0/0"],
        [8443, "0.0.0.0/0"],
      ]);
      const { seen, distribution, edge } = await open(args);
      assert.equal(distribution, undefined);
      assert.deepEqual(edge.conditions, []);
      assert.deepEqual(seen.named("shop-redirect").inputs["defaultActions"], [
        { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
      ]);
    });

    it("leads the domain to the load balancer", async () => {
      const { seen } = await open(args);
      assert.ok(!seen.names().includes("shop-domain-aaaa"));
      assert.match(JSON.stringify(seen.named("shop-domain-a").inputs), /elb\.amazonaws\.com/);
    });
  });

  describe("keeps in CloudFront", () => {
    it("only the paths that it is told, for as long as their Cache-Control says", async () => {
      const { distribution } = await open({ cachedPaths: ["/assets/*", "/img/*"] });
      assert.ok(distribution);
      const cached = distribution["orderedCacheBehaviors"] as Record<string, unknown>[];
      assert.deepEqual(
        cached.map(({ pathPattern, cachePolicyId }) => [pathPattern, cachePolicyId]),
        ["/assets/*", "/img/*"].map((path) => [path, "4cc15a8a-d715-48a4-82b8-cc0b614638fe"]),
      );
      const rest = distribution["defaultCacheBehavior"] as Record<string, unknown>;
      assert.equal(rest["cachePolicyId"], "4135ea2d-6df8-44a3-9df3-4b5a84be39ad");
      assert.ok((rest["allowedMethods"] as string[]).includes("POST"));
    });
  });
});
