import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import type { EnvironmentArgs } from "../environment";
import { whenLoaded } from "../loaded";
import type { StackIdentity } from "../platform";
import { transformed } from "../transform";
import type { DockerContext, OwnedStack } from "./context";
import { labels, publicListenPort, stackLabels, stackName } from "./context";
import { PortCheck } from "./dynamic/resources";
import { routerContainer } from "./dynamic/routerContainer";

/** The newest HAProxy of Debian 12 and of the registry's images under one tag. */
const ROUTER_IMAGE = "haproxy:2.6-bookworm";

/** One user network and one router: the only container that publishes ports. */
export function environment(
  parent: pulumi.ComponentResource,
  identity: StackIdentity,
  args: EnvironmentArgs,
): DockerContext {
  const { publicPorts = [], bindAddress = "127.0.0.1" } = args.docker ?? {};
  const subnet = args.docker?.subnet ?? defaultSubnet(identity);
  const transform = args.transform ?? {};
  const ports = new PortCheck(
    "ports",
    {
      bindAddress: whenLoaded(() => bindAddress),
      ports: publicPorts.map((port) => ({ port, usedBy: `the public port ${port}` })),
      routerLabels: { ...stackLabels(identity), "landfall.role": "router" },
      stackLabels: stackLabels(identity),
      owner: args.docker?.owner,
    },
    { parent },
  );
  const stack = { ...identity, owner: ports.owner };
  const network = new docker.Network(
    "network",
    transformed(networkArgs(stack, subnet), transform.network),
    // Its name and its subnet are fixed: two of them cannot be there at once.
    { parent, deleteBeforeReplace: true, dependsOn: [ports] },
  );
  const routerAddress = addressIn(subnet, 2);
  const router = createRouter(parent, stack, args, network, routerAddress);
  return {
    ...stack,
    environment: parent,
    ports,
    network,
    router,
    routerAddress,
    bindAddress,
    publicPorts,
    images: new Map(),
    registry: args.docker?.registry,
    transform,
  };
}

function networkArgs(stack: OwnedStack, subnet: string): docker.NetworkArgs {
  return {
    name: stackName(stack),
    driver: "bridge",
    // Addresses are handed out from the upper half; the router's lies in the lower one, out of their way.
    ipamConfigs: [
      { subnet, gateway: addressIn(subnet, 1), ipRange: `${addressIn(subnet, 128)}/25` },
    ],
    labels: labels(stack),
  };
}

function createRouter(
  parent: pulumi.ComponentResource,
  stack: OwnedStack,
  args: EnvironmentArgs,
  network: docker.Network,
  address: string,
): docker.Container {
  const opts = { parent, dependsOn: [network] };
  const { publicPorts = [], bindAddress = "127.0.0.1" } = args.docker ?? {};
  const image = new docker.RemoteImage(
    "router-image",
    {
      name: args.images?.["router"] ?? args.docker?.routerImage ?? ROUTER_IMAGE,
      keepLocally: true,
    },
    opts,
  );
  const volume = new docker.Volume(
    "router-data",
    { name: stackName(stack, "router"), labels: labels(stack, { role: "router" }) },
    opts,
  );
  const routerArgs: docker.ContainerArgs = {
    ...routerContainer({ volume: volume.name }),
    name: stackName(stack, "router"),
    image: image.imageId,
    networksAdvanced: [{ name: network.name, ipv4Address: address }],
    ports: publicPorts.map((port) => ({
      internal: publicListenPort(port),
      external: port,
      ip: bindAddress,
      protocol: "tcp",
    })),
    labels: labels(stack, { role: "router" }),
    // What "unless-stopped" stays down after the daemon was killed: the next one ends what still runs, and takes that for a stop.
    restart: "always",
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
    securityOpts: ["no-new-privileges:true"],
  };
  return new docker.Container("router", transformed(routerArgs, args.transform?.router), {
    parent,
    // Its address and its ports are fixed: two of them cannot be there at once.
    deleteBeforeReplace: true,
  });
}

/** A /24 in 10.64.0.0/10 that the names give, so that stacks on one host rarely meet. */
function defaultSubnet({ project, stack }: StackIdentity): string {
  const hash = createHash("sha256").update(`${project}/${stack}`).digest();
  return `10.${64 + ((hash[0] ?? 0) % 64)}.${hash[1] ?? 0}.0/24`;
}

function addressIn(subnet: string, host: number): string {
  return subnet.replace(/\.0\/24$/, `.${host}`);
}
