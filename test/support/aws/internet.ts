import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { AwsEmulator } from "./emulator";

/**
 * CloudFront and what is behind it, as this process sees it from outside: no request goes through the emulator. Whatever
 * CloudFront's name is asked for is answered with 200 where a target group has a healthy target for it, else with 503.
 */
export class Internet {
  private constructor(private readonly former: typeof fetch) {}

  static open(emulator: AwsEmulator): Internet {
    const former = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (!url.hostname.endsWith(".cloudfront.net")) return former(input, init);
      const service = url.pathname.startsWith("/api") ? "api" : "web";
      const healthy = await hasHealthyTarget(emulator, service);
      return new Response(healthy ? "ok" : "no healthy target", { status: healthy ? 200 : 503 });
    };
    return new Internet(former);
  }

  close(): void {
    globalThis.fetch = this.former;
  }
}

async function hasHealthyTarget(emulator: AwsEmulator, service: string): Promise<boolean> {
  const client = new ElasticLoadBalancingV2Client(emulator.client);
  try {
    const { TargetGroups: groups = [] } = await client.send(new DescribeTargetGroupsCommand({}));
    const own = groups.filter(({ TargetGroupName: name = "" }) => name.includes(`-${service}-`));
    for (const { TargetGroupArn } of own) {
      const request = new DescribeTargetHealthCommand({ TargetGroupArn });
      const { TargetHealthDescriptions: targets = [] } = await client.send(request);
      if (targets.some(({ TargetHealth: health }) => health?.State === "healthy")) return true;
    }
    return false;
  } finally {
    client.destroy();
  }
}
