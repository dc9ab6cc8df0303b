import assert from "node:assert/strict";
import type { AwsEnvironmentArgs } from "../../../../components/aws/args";
import { normalizeAws } from "../../../../components/aws/settings";
import { Problems } from "../../../../components/errors";
import { setConfig } from "../../../support/mocks";

/** Values that no type would let through: what a JSON file or plain JavaScript can hand over. */
const untyped = (value: unknown) => value as never;
const domain = { name: "shop.example.com", zoneId: "Z0123456789ABCDEFGHIJ" };

describe("an environment's settings on AWS", () => {
  beforeEach(() => {
    setConfig({ "aws:region": "ap-northeast-1" });
  });

  it("are the document's by default: its network, its zones, its subnets", () => {
    const { cidr, zones, privateSubnets, publicSubnets } = normalized({});
    assert.equal(cidr, "10.0.0.0/16");
    assert.deepEqual(zones, ["ap-northeast-1a", "ap-northeast-1c"]);
    assert.deepEqual(privateSubnets, ["10.0.1.0/24", "10.0.2.0/24"]);
    assert.deepEqual(publicSubnets, ["10.0.101.0/24", "10.0.102.0/24"]);
  });

  it("are the safe ones by default", () => {
    const { cdn, deletionProtection, publicPorts, logRetentionDays } = normalized({});
    assert.deepEqual([cdn, deletionProtection], [true, true]);
    assert.deepEqual(publicPorts, [443]);
    assert.equal(logRetentionDays, 30);
  });

  it("find room for the public subnets in smaller networks", () => {
    assert.deepEqual(normalized({ cidr: "172.16.0.0/20" }).publicSubnets, [
      "172.16.9.0/24",
      "172.16.10.0/24",
    ]);
    const zones = ["a", "b", "c", "d"].map((letter) => `ap-northeast-1${letter}`);
    for (const length of [16, 17, 18, 19, 20])
      assert.equal(normalized({ cidr: `10.8.0.0/${length}`, zones }).publicSubnets.length, 4);
  });

  it("take the region from AWS_REGION where config has none", () => {
    setConfig({});
    const { AWS_REGION } = process.env;
    process.env["AWS_REGION"] = "eu-central-1";
    try {
      assert.deepEqual(normalized({}).zones, ["eu-central-1a", "eu-central-1c"]);
    } finally {
      if (AWS_REGION === undefined) delete process.env["AWS_REGION"];
      else process.env["AWS_REGION"] = AWS_REGION;
    }
  });

  const wrong: readonly (readonly [what: string, args: AwsEnvironmentArgs, rule: RegExp])[] = [
    ["a region that is none", { region: "tokyo" }, /aws\.region: must be a region of the comm/],
    ["a zone as region", { region: "ap-northeast-1a" }, /aws\.region: must be a region/],
    ["a region of China", { region: "cn-north-1" }, /aws\.region: .*commercial partition/],
    ["an account's name", { accountId: "production" }, /aws\.accountId: must be 12 digits/],
    ["one zone", { zones: ["ap-northeast-1a"] }, /aws\.zones: must be two to four/],
    [
      "five zones",
      { zones: ["a", "b", "c", "d", "f"].map((z) => `ap-northeast-1${z}`) },
      /two to four/,
    ],
    [
      "a zone twice",
      { zones: ["ap-northeast-1a", "ap-northeast-1a"] },
      /aws\.zones: must not name a zone twice/,
    ],
    [
      "a zone of another region",
      { zones: ["ap-northeast-1a", "us-east-1b"] },
      /aws\.zones\[1\]: must be a zone of ap-northeast-1.*got "us-east-1b"/,
    ],
    ["a network without length", { cidr: "10.0.0.0" }, /aws\.cidr: must be a private network/],
    ["a public network", { cidr: "8.8.0.0/16" }, /aws\.cidr: must be a private network/],
    ["bits beyond the length", { cidr: "10.0.0.1/16" }, /aws\.cidr: .*without bits beyond/],
    ["a network that is too large", { cidr: "10.0.0.0/8" }, /aws\.cidr: .*from \/16 to \/20/],
    ["a network that is too small", { cidr: "10.0.0.0/24" }, /aws\.cidr: .*from \/16 to \/20/],
    ["a byte of 300", { cidr: "10.300.0.0/16" }, /aws\.cidr/],
    [
      "too few subnets",
      { privateSubnets: ["10.0.1.0/24"] },
      /aws\.privateSubnets: must have one network for each of the 2 zones/,
    ],
    [
      "a subnet outside of the network",
      { privateSubnets: ["10.0.1.0/24", "10.1.2.0/24"] },
      /aws\.privateSubnets\[1\]: must lie in aws\.cidr, 10\.0\.0\.0\/16, got "10\.1\.2\.0\/24"/,
    ],
    [
      "subnets that overlap",
      { publicSubnets: ["10.0.2.128/25", "10.0.102.0/24"] },
      /aws\.publicSubnets\[0\]: must not overlap aws\.privateSubnets\[1\], 10\.0\.2\.0\/24/,
    ],
    [
      "a subnet that is none",
      { publicSubnets: ["10.0.101.0/24", "public"] },
      /aws\.publicSubnets\[1\]: must be a network of \/27/,
    ],
    [
      "a subnet that is too small for a load balancer",
      { publicSubnets: ["10.0.101.0/28", "10.0.102.0/24"] },
      /aws\.publicSubnets\[0\]: must be a network of \/27/,
    ],
    ["two NAT gateways", { natGateways: untyped(2) }, /aws\.natGateways: must be one of: single/],
    [
      "a domain without zone",
      { domain: untyped({ name: domain.name }) },
      /aws\.domain\.zoneId: must be the id of the Route 53 zone.*got nothing/,
    ],
    [
      "a domain with a scheme",
      { domain: { ...domain, name: "https://shop.example.com" } },
      /aws\.domain\.name: must be a host name/,
    ],
    ["a domain of one word", { domain: { ...domain, name: "shop" } }, /aws\.domain\.name/],
    ["a wildcard", { domain: { ...domain, name: "*.example.com" } }, /aws\.domain\.name/],
    ["a zone's ARN", { domain: { ...domain, zoneId: "arn:aws:route53:::x" } }, /zoneId/],
    ["neither domain nor CDN", { cdn: false }, /aws\.cdn: must be true without a domain/],
    ["no port", { publicPorts: [] }, /aws\.publicPorts: must have a port/],
    ["port 0", { domain, cdn: false, publicPorts: [0] }, /aws\.publicPorts\[0\]: must be a port/],
    ["port 80", { domain, cdn: false, publicPorts: [443, 80] }, /publicPorts\[1\]: must not be 80/],
    ["a port twice", { domain, publicPorts: [443, 443] }, /must not name a port twice/],
    ["a port that CloudFront lacks", { publicPorts: [443, 8443] }, /\[1\]: must be 443, where Cl/],
    ["a path without slash", { cachedPaths: ["assets/*"] }, /aws\.cachedPaths\[0\]/],
    ["31 days of logs", { logRetentionDays: 31 }, /aws\.logRetentionDays: .*CloudWatch's steps/],
    ["logs for ever", { logRetentionDays: 0 }, /aws\.logRetentionDays/],
    ["an address without @", { alertEmails: ["ops"] }, /aws\.alertEmails\[0\]: must be an addr/],
    ["an address twice", { alertEmails: ["a@b.example", "a@b.example"] }, /an address twice/],
    ["a tag of the environment's", { tags: { environment: "x" } }, /tags\.environment: is given/],
    [
      "a tag of AWS's",
      { tags: { "aws:owner": "x" } },
      /aws\.tags\.aws:owner: .*not begin with aws:/,
    ],
    ["a tag with a line break", { tags: { Owner: "a\nb" } }, /aws\.tags\.Owner: must be up to 256/],
    ["47 tags", { tags: many(47) }, /aws\.tags: must be at most 46 tags/],
  ];

  it("are tried with 30 mistakes and more", () => {
    assert.ok(wrong.length >= 30);
  });

  for (const [what, args, rule] of wrong)
    it(`are refused with ${what}`, () => {
      assert.match(messageOf(args), rule);
    });

  it("are refused without a region", () => {
    setConfig({});
    const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
    delete process.env["AWS_REGION"];
    delete process.env["AWS_DEFAULT_REGION"];
    try {
      assert.match(messageOf({}), /aws\.region: is missing: set config aws:region/);
    } finally {
      Object.assign(process.env, { ...(AWS_REGION && { AWS_REGION }) });
      Object.assign(process.env, { ...(AWS_DEFAULT_REGION && { AWS_DEFAULT_REGION }) });
    }
  });

  it("are refused with all mistakes at once", () => {
    const message = messageOf({ cidr: "10.0.0.0/30", logRetentionDays: 2, cdn: false });
    assert.match(message, /3 problems[^]*aws\.cidr[^]*aws\.logRetentionDays[^]*aws\.cdn/);
  });
});

function normalized(args: AwsEnvironmentArgs) {
  const problems = new Problems("Environment");
  const settings = normalizeAws(args, problems);
  problems.throwIfAny();
  return settings;
}

function messageOf(args: AwsEnvironmentArgs): string {
  const problems = new Problems("Environment");
  normalizeAws(args, problems);
  return problems.error().message;
}

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`Tag${index}`, "x"]));
}
