import type { Problems } from "./errors";
import type { PublicRoute } from "./platform";

/** Who can reach a service: only linked components, or also the outside through a published port. */
export type Exposure = "internal" | { readonly public: PublicExposure | readonly PublicExposure[] };

/** How the outside reaches a service. */
export interface PublicExposure {
  /** One of the environment's public ports. */
  readonly port: number;
  /** Host names that lead to this service where several share the port. @default every host */
  readonly hosts?: readonly string[];
  /** Path prefix that leads to this service, such as `/api`; it is passed on unchanged. @default every path */
  readonly pathPrefix?: string;
}

/** How the outside reaches a service; notes every mistake. */
export function publicRoutes(
  { publishable, label }: { readonly publishable: boolean; readonly label: string },
  exposure: Exposure,
  publicPorts: readonly number[],
  problems: Problems,
): PublicRoute[] {
  if (exposure === "internal") return [];
  if (!publishable) {
    problems.add("exposure", `must be "internal": a ${label} is never published`, exposure);
    return [];
  }
  const routes = [exposure.public].flat();
  routes.forEach((route, index) => {
    const at = routes.length === 1 ? "exposure.public" : `exposure.public[${index}]`;
    checkRoute(route, publicPorts, at, problems);
  });
  return routes.map(({ port, hosts, pathPrefix }) => ({ port, hosts, pathPrefix }));
}

function checkRoute(
  route: PublicExposure,
  offered: readonly number[],
  at: string,
  problems: Problems,
): void {
  const rule = `must be one of the environment's public ports (${offered.join(", ") || "it has none"})`;
  problems.require(offered.includes(route.port), `${at}.port`, rule, route.port);
  const { pathPrefix, hosts } = route;
  if (pathPrefix !== undefined)
    problems.require(
      /^(?:\/[\w.~-]+)+$/.test(pathPrefix),
      `${at}.pathPrefix`,
      'must be a path such as "/api"',
      pathPrefix,
    );
  hosts?.forEach((host, index) => {
    const fits = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i.test(host);
    problems.require(fits, `${at}.hosts[${index}]`, "must be a host name without a port", host);
  });
}
