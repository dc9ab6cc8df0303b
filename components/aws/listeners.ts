import * as lb from "@pulumi/aws/lb";
import type { Certificates } from "./certificate";
import type { AwsFoundation } from "./context";
import { tagsOf } from "./tags";

/** TLS 1.2 and 1.3, with forward secrecy and authenticated ciphers alone. */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";

/** What no service's rule takes is answered by the load balancer itself. */
export function createListener(
  on: AwsFoundation,
  loadBalancer: lb.LoadBalancer,
  port: number,
  certificates: Certificates | undefined,
): lb.Listener {
  const tls =
    certificates === undefined
      ? { port: 80, protocol: "HTTP" }
      : {
          port,
          protocol: "HTTPS",
          sslPolicy: TLS_POLICY,
          certificateArn: certificates.regionalArn,
        };
  return new lb.Listener(
    `${on.name}-${port}`,
    {
      loadBalancerArn: loadBalancer.arn,
      ...tls,
      defaultActions: [
        {
          type: "fixed-response",
          fixedResponse: { statusCode: "404", contentType: "text/plain", messageBody: "not found" },
        },
      ],
      tags: tagsOf(on),
    },
    { parent: on.environment },
  );
}

/** Where CloudFront is in front, it is CloudFront that leads clients to HTTPS. */
export function createRedirect(on: AwsFoundation, loadBalancer: lb.LoadBalancer): void {
  new lb.Listener(
    `${on.name}-redirect`,
    {
      loadBalancerArn: loadBalancer.arn,
      port: 80,
      protocol: "HTTP",
      defaultActions: [
        {
          type: "redirect",
          redirect: {
            protocol: "HTTPS",
            port: String(on.settings.publicPorts[0] ?? 443),
            statusCode: "HTTP_301",
          },
        },
      ],
      tags: tagsOf(on),
    },
    { parent: on.environment },
  );
}
