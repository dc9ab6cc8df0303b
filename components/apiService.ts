import type * as pulumi from "@pulumi/pulumi";
import type { ServiceArgs } from "./service";
import { Service } from "./service";

/** Arguments of an {@link ApiService}; `port` is 3000 and `health.path` "/health" unless given. */
export type ApiServiceArgs = ServiceArgs;

/**
 * A stateless HTTP service, replaced without a lost request: new replicas start beside the old ones, take
 * the traffic when they are ready, and the old ones finish what they were doing.
 *
 * @example
 * new ApiService("api", { environment, image: { ref: "shop/api:1.4" }, replicas: 3, links: [db, cache] });
 */
export class ApiService extends Service {
  /** @throws InvalidArgumentsError with every mistake in the arguments. */
  constructor(name: string, args: ApiServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      {
        type: "landfall:index:ApiService",
        label: "ApiService",
        defaultPort: 3000,
        defaultHealthPath: "/health",
        publishable: true,
      },
      name,
      args,
      opts,
    );
  }
}
