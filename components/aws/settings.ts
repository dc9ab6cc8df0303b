import * as pulumi from "@pulumi/pulumi";
import type { Problems } from "../errors";
import type { AwsEnvironmentArgs, DomainArgs } from "./args";
import { checkEntry } from "./entry";
import { normalizeSubnets } from "./subnets";
import { checkTags } from "./tags";

/** An environment's settings, checked and complete. */
export interface AwsSettings extends Required<
  Pick<
    AwsEnvironmentArgs,
    | "cidr"
    | "natGateways"
    | "vpnGateway"
    | "cdn"
    | "cachedPaths"
    | "publicPorts"
    | "logRetentionDays"
    | "alertEmails"
    | "deletionProtection"
    | "tags"
  >
> {
  readonly region: string;
  /** The only account that the stack may be in; undefined: whichever the credentials are of. */
  readonly accountId: string | undefined;
  /** In the order of the subnets. */
  readonly zones: readonly string[];
  readonly privateSubnets: readonly string[];
  readonly publicSubnets: readonly string[];
  readonly domain: DomainArgs | undefined;
  readonly permissionsBoundary: string | undefined;
}

/** What is known before an environment's arguments are: the region of the default provider. */
export function providerRegion(): string | undefined {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  // An empty variable is as good as none.
  return (
    [new pulumi.Config("aws").get("region"), AWS_REGION, AWS_DEFAULT_REGION].find(
      (region) => region !== undefined && region !== "",
    ) ?? undefined
  );
}

/** Checks what an environment on AWS is given and fills in the defaults; every mistake is noted. */
export function normalizeAws(args: AwsEnvironmentArgs, problems: Problems): AwsSettings {
  const region = args.region ?? providerRegion() ?? "";
  const isRegion = checkRegion(region, problems);
  const zones = args.zones ?? ["a", "c"].map((letter) => `${region}${letter}`);
  checkZones(zones, isRegion ? region : undefined, problems);
  const settings: AwsSettings = {
    region,
    accountId: args.accountId,
    zones,
    ...normalizeSubnets(args, zones, problems),
    natGateways: args.natGateways ?? "single",
    vpnGateway: args.vpnGateway ?? false,
    domain: args.domain,
    permissionsBoundary: args.permissionsBoundary,
    cdn: args.cdn ?? true,
    cachedPaths: args.cachedPaths ?? ["/assets/*"],
    publicPorts: args.publicPorts ?? [443],
    logRetentionDays: args.logRetentionDays ?? 30,
    alertEmails: args.alertEmails ?? [],
    deletionProtection: args.deletionProtection ?? true,
    tags: args.tags ?? {},
  };
  const { accountId, natGateways, logRetentionDays, permissionsBoundary } = settings;
  if (permissionsBoundary !== undefined)
    problems.require(
      /^arn:aws:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]+$/.test(permissionsBoundary),
      "aws.permissionsBoundary",
      "must be the ARN of a policy",
      permissionsBoundary,
    );
  if (accountId !== undefined)
    problems.require(/^\d{12}$/.test(accountId), "aws.accountId", "must be 12 digits", accountId);
  problems.require(
    ["single", "perZone"].includes(natGateways),
    "aws.natGateways",
    "must be one of: single, perZone",
    natGateways,
  );
  problems.require(
    RETENTIONS.includes(logRetentionDays),
    "aws.logRetentionDays",
    `must be one of CloudWatch's steps: ${RETENTIONS.join(", ")}`,
    logRetentionDays,
  );
  checkEntry(settings, problems);
  checkEmails(settings.alertEmails, problems);
  checkTags(settings.tags, "aws.tags", problems);
  return settings;
}

// China's and the government's regions are partitions of their own: other ARNs, other endpoints, no common CloudFront.
const REGION = /^(?:af|ap|ca|eu|il|me|mx|sa|us)-(?:north|south|east|west|central){1,2}-\d$/;

function checkRegion(region: string, problems: Problems): boolean {
  if (region === "") {
    problems.add("aws.region", "is missing: set config aws:region, or AWS_REGION");
    return false;
  }
  const rule = 'must be a region of the commercial partition, such as "ap-northeast-1"';
  return problems.require(REGION.test(region), "aws.region", rule, region);
}

function checkZones(
  zones: readonly string[],
  region: string | undefined,
  problems: Problems,
): void {
  problems.require(
    zones.length >= 2 && zones.length <= 4,
    "aws.zones",
    "must be two to four zones: a load balancer and a standby need a second one",
    zones,
  );
  problems.require(
    new Set(zones).size === zones.length,
    "aws.zones",
    "must not name a zone twice",
    zones,
  );
  if (region === undefined) return;
  zones.forEach((zone, index) => {
    const fits = zone.length === region.length + 1 && /^[a-f]$/.test(zone.slice(region.length));
    problems.require(
      fits && zone.startsWith(region),
      `aws.zones[${index}]`,
      `must be a zone of ${region}, such as "${region}a"`,
      zone,
    );
  });
}

/** The steps in which CloudWatch keeps logs, in days. */
const RETENTIONS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];

function checkEmails(emails: readonly string[], problems: Problems): void {
  emails.forEach((email, index) => {
    const fits = email.length <= 254 && /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+$/.test(email);
    problems.require(fits, `aws.alertEmails[${index}]`, "must be an address of e-mail", email);
  });
  problems.require(
    new Set(emails).size === emails.length,
    "aws.alertEmails",
    "must not name an address twice",
    emails,
  );
}
