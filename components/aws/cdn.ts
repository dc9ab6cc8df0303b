import * as cloudfront from "@pulumi/aws/cloudfront";
import type * as lb from "@pulumi/aws/lb";
import type * as pulumi from "@pulumi/pulumi";
import { transformed } from "../transform";
import { createRecords } from "./certificate";
import type { AwsFoundation } from "./context";
import { stackName } from "./context";
import { tagsOf } from "./tags";

/** CloudFront gives an origin no more time than this, unless its quota is raised. */
export const LONGEST_RESPONSE_SECONDS = 60;

/** Policies of AWS's own, by their fixed ids. */
export const POLICIES = {
  /** Kept for a day, or as Cache-Control says, and without regard to query, cookies and headers. */
  cachingOptimized: "658327ea-f89d-4fab-a63d-7e88639e58f6",
  /** Nothing is kept. */
  cachingDisabled: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
  /** What Cache-Control allows is kept for as long as it says, by host and query; what says nothing is not. */
  originCacheControl: "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
  /** The origin is asked with all that the client has sent, the host's name too. */
  allViewer: "216adef6-5c7f-47e4-b989-5492eafa07d3",
  /** HSTS, nosniff, no frames of others, for answers that do not say so themselves. */
  securityHeaders: "67f7725c-6f97-4210-82d7-5512b31e9d03",
};

/** How CloudFront reaches the load balancer. */
export interface OriginArgs {
  readonly loadBalancer: lb.LoadBalancer;
  readonly header: string;
  readonly secret: pulumi.Output<string>;
  readonly idleSeconds: pulumi.Output<number>;
  /** Of the domain; undefined: CloudFront's own name and certificate. */
  readonly certificateArn: pulumi.Output<string> | undefined;
}

/** CloudFront before the load balancer: TLS to every client, and a copy near them of what does not change. */
export function createDistribution(on: AwsFoundation, origin: OriginArgs): cloudfront.Distribution {
  const { name, settings, environment: parent } = on;
  const { domain, cachedPaths } = settings;
  const args: cloudfront.DistributionArgs = {
    comment: stackName(on),
    enabled: true,
    isIpv6Enabled: true,
    httpVersion: "http2and3",
    ...(domain === undefined ? {} : { aliases: [domain.name] }),
    origins: [originOf(on, origin)],
    defaultCacheBehavior: { ...behaviour(POLICIES.cachingDisabled), allowedMethods: ALL_METHODS },
    orderedCacheBehaviors: cachedPaths.map((pathPattern) => ({
      pathPattern,
      ...behaviour(POLICIES.originCacheControl),
      allowedMethods: READING_METHODS,
    })),
    viewerCertificate:
      origin.certificateArn === undefined
        ? { cloudfrontDefaultCertificate: true }
        : {
            acmCertificateArn: origin.certificateArn,
            sslSupportMethod: "sni-only",
            minimumProtocolVersion: "TLSv1.2_2021",
          },
    restrictions: { geoRestriction: { restrictionType: "none" } },
    tags: tagsOf(on, stackName(on)),
  };
  const distribution = new cloudfront.Distribution(
    `${name}-cdn`,
    transformed(args, on.transform.distribution),
    { parent },
  );
  if (domain !== undefined)
    createRecords(on, domain, {
      name: distribution.domainName,
      zoneId: distribution.hostedZoneId,
      ipv6: true,
    });
  return distribution;
}

const ORIGIN_ID = "load-balancer";
const READING_METHODS = ["GET", "HEAD", "OPTIONS"];
const ALL_METHODS = [...READING_METHODS, "PUT", "POST", "PATCH", "DELETE"];

function behaviour(cachePolicyId: string) {
  return {
    targetOriginId: ORIGIN_ID,
    viewerProtocolPolicy: "redirect-to-https",
    cachedMethods: ["GET", "HEAD"],
    compress: true,
    cachePolicyId,
    originRequestPolicyId: POLICIES.allViewer,
    responseHeadersPolicyId: POLICIES.securityHeaders,
  };
}

function originOf({ settings }: AwsFoundation, origin: OriginArgs) {
  return {
    originId: ORIGIN_ID,
    domainName: origin.loadBalancer.dnsName,
    customHeaders: [{ name: origin.header, value: origin.secret }],
    customOriginConfig: {
      httpPort: 80,
      httpsPort: 443,
      // The host's name is passed on, so that the certificate of the domain is the right one here.
      originProtocolPolicy: settings.domain === undefined ? "http-only" : "https-only",
      originSslProtocols: ["TLSv1.2"],
      originReadTimeout: origin.idleSeconds,
      originKeepaliveTimeout: 60,
    },
  };
}
