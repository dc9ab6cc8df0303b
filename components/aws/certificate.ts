import * as acm from "@pulumi/aws/acm";
import * as route53 from "@pulumi/aws/route53";
import type * as pulumi from "@pulumi/pulumi";
import type { DomainArgs } from "./args";
import type { AwsFoundation } from "./context";
import { tagsOf } from "./tags";

/** CloudFront takes certificates of this region alone. */
const CLOUDFRONT_REGION = "us-east-1";

export interface Certificates {
  readonly certificate: acm.Certificate;
  /** ARNs of valid certificates: what takes one waits until it is. */
  readonly regionalArn: pulumi.Output<string>;
  /** @see CLOUDFRONT_REGION */
  readonly cloudFrontArn: pulumi.Output<string> | undefined;
}

/** Certificates of the domain, proven by a record in its zone: it is the same one for both regions. */
export function createCertificates(on: AwsFoundation, domain: DomainArgs): Certificates {
  const { name, environment: parent, settings } = on;
  const certificate = request(on, domain, `${name}-certificate`);
  const proof = certificate.domainValidationOptions.apply(([first]) => {
    if (first === undefined) throw new Error(`AWS tells no record that proves ${domain.name}`);
    return first;
  });
  const record = new route53.Record(
    `${name}-certificate-proof`,
    {
      zoneId: domain.zoneId,
      name: proof.resourceRecordName,
      type: proof.resourceRecordType,
      records: [proof.resourceRecordValue],
      ttl: 300,
      // It is the account's for this domain: another stack, or an earlier certificate, may have set the same.
      allowOverwrite: true,
    },
    { parent },
  );
  const valid = (id: string, of: acm.Certificate, region?: string) =>
    new acm.CertificateValidation(
      id,
      {
        certificateArn: of.arn,
        validationRecordFqdns: [record.fqdn],
        ...(region === undefined ? {} : { region }),
      },
      { parent },
    ).certificateArn;
  const regionalArn = valid(`${name}-certificate`, certificate);
  if (!settings.cdn) return { certificate, regionalArn, cloudFrontArn: undefined };
  // By the resource's own region, not by a provider of that region: the program's provider and its credentials stay.
  const ofCloudFront =
    settings.region === CLOUDFRONT_REGION
      ? undefined
      : request(on, domain, `${name}-cdn-certificate`, CLOUDFRONT_REGION);
  return {
    certificate,
    regionalArn,
    cloudFrontArn:
      ofCloudFront === undefined
        ? regionalArn
        : valid(`${name}-cdn-certificate`, ofCloudFront, CLOUDFRONT_REGION),
  };
}

function request(
  on: AwsFoundation,
  domain: DomainArgs,
  id: string,
  region?: string,
): acm.Certificate {
  return new acm.Certificate(
    id,
    {
      domainName: domain.name,
      validationMethod: "DNS",
      tags: tagsOf(on, domain.name),
      ...(region === undefined ? {} : { region }),
    },
    { parent: on.environment, dependsOn: [on.admission] },
  );
}

/** What the domain leads to. */
export interface AliasTarget {
  readonly name: pulumi.Input<string>;
  readonly zoneId: pulumi.Input<string>;
  /** Whether it has addresses of IPv6 as well. */
  readonly ipv6: boolean;
}

/** The records by which the domain leads to the way in. */
export function createRecords(on: AwsFoundation, domain: DomainArgs, target: AliasTarget): void {
  for (const type of target.ipv6 ? ["A", "AAAA"] : ["A"])
    new route53.Record(
      `${on.name}-domain-${type.toLowerCase()}`,
      {
        zoneId: domain.zoneId,
        name: domain.name,
        type,
        aliases: [{ name: target.name, zoneId: target.zoneId, evaluateTargetHealth: false }],
      },
      { parent: on.environment },
    );
}
