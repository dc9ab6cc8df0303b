import type { Container } from "dockerode";
import type { PropertyMap } from "../../host/values";
import { blocks, number, text, texts } from "../bridge/read";
import type { Daemon } from "../client/daemon";
import { textOf } from "../client/errors";

/** The endpoint settings of one network of a container. */
export function endpoint(network: PropertyMap): Record<string, unknown> {
  const driverOptions = texts(network, "driverOpts").flatMap((option) => {
    const equals = option.indexOf("=");
    return equals < 0 ? [] : [[option.slice(0, equals), option.slice(equals + 1)]];
  });
  const mac = text(network, "macAddress");
  const priority = number(network, "gwPriority");
  return {
    Aliases: texts(network, "aliases"),
    IPAMConfig: {
      IPv4Address: text(network, "ipv4Address") ?? "",
      IPv6Address: text(network, "ipv6Address") ?? "",
      LinkLocalIPs: texts(network, "linkLocalIps"),
    },
    ...(mac === undefined ? {} : { MacAddress: mac }),
    ...(driverOptions.length === 0
      ? {}
      : { DriverOpts: Object.fromEntries(driverOptions) as Record<string, string> }),
    ...(priority === undefined ? {} : { GwPriority: priority }),
  };
}

/** Where networks are named, the container is in those and not in the default one. */
export async function connectNetworks(
  daemon: Daemon,
  container: Container,
  inputs: PropertyMap,
): Promise<void> {
  const networks = blocks(inputs, "networksAdvanced");
  if (networks.length === 0) return;
  await leaveDefault(daemon, container);
  for (const network of networks) {
    const name = text(network, "name") ?? "";
    await daemon.ask(`connect the container to the network "${name}"`, (docker) =>
      docker
        .getNetwork(name)
        .connect({ Container: container.id, EndpointConfig: endpoint(network) }),
    );
  }
}

async function leaveDefault(daemon: Daemon, container: Container): Promise<void> {
  try {
    await daemon.find("take the container out of the default network", (docker) =>
      docker.getNetwork("bridge").disconnect({ Container: container.id, Force: false }),
    );
  } catch (error) {
    // Another network mode never put it there.
    if (!textOf(error).includes("is not connected")) throw error;
  }
}
