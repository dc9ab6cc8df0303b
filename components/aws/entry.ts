import { checkPort } from "../environment";
import type { Problems } from "../errors";
import type { DomainArgs } from "./args";
import type { AwsSettings } from "./settings";

/** Notes what would not let the outside in, or not by HTTPS alone. */
export function checkEntry(
  { domain, cdn, publicPorts, cachedPaths }: AwsSettings,
  problems: Problems,
) {
  if (domain !== undefined) checkDomain(domain, problems);
  problems.require(
    cdn || domain !== undefined,
    "aws.cdn",
    "must be true without a domain: nothing else would encrypt what clients send",
    cdn,
  );
  problems.require(publicPorts.length > 0, "aws.publicPorts", "must have a port", publicPorts);
  problems.require(
    new Set(publicPorts).size === publicPorts.length,
    "aws.publicPorts",
    "must not name a port twice",
    publicPorts,
  );
  publicPorts.forEach((port, index) => {
    const path = `aws.publicPorts[${index}]`;
    checkPort(port, path, problems);
    problems.require(port !== 80, path, "must not be 80, which leads to HTTPS", port);
    problems.require(
      !cdn || port === 443,
      path,
      "must be 443, where CloudFront answers; other ports need a domain and cdn: false",
      port,
    );
  });
  cachedPaths.forEach((pattern, index) => {
    const fits = /^\/[\w.*$/~"'@:+?&;-]{0,254}$/.test(pattern);
    problems.require(
      fits,
      `aws.cachedPaths[${index}]`,
      'must be a pattern of paths, such as "/assets/*"',
      pattern,
    );
  });
}

const HOST =
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/** A program without types, such as one that reads its config, may leave a half of it out. */
function checkDomain({ name, zoneId }: Partial<DomainArgs>, problems: Problems): void {
  problems.require(
    name !== undefined && HOST.test(name),
    "aws.domain.name",
    'must be a host name in lower case, such as "shop.example.com"',
    name,
  );
  problems.require(
    zoneId !== undefined && /^Z[A-Z0-9]{1,31}$/.test(zoneId),
    "aws.domain.zoneId",
    'must be the id of the Route 53 zone that the name is in, such as "Z0123456789ABCDEFGHIJ"',
    zoneId,
  );
}
