import { setTimeout as sleep } from "node:timers/promises";
import type { NetworkCreateOptions, NetworkInspectInfo } from "dockerode";
import type { CallContext, PropertyMap, ResourceHandler } from "../../host";
import { block, blocks, flag, labelBlocks, labelMap, text, textMap } from "../bridge/read";
import type { Daemon } from "../client/daemon";
import { DaemonError } from "../client/errors";
import { conflictingNetwork, removableLeftover } from "../networks/conflicts";
import { network as schema } from "../schema/small";
import { bridged } from "./bridged";
import type { Found } from "./bridged";

const inUseTimeoutMs = 30_000;
const retryMs = 500;

export function networkResource(daemon: () => Daemon): ResourceHandler {
  return bridged(schema, {
    create: (context, inputs) => createNetwork(daemon(), context, inputs),
    read: (_context, id, recorded) => readNetwork(daemon(), id, recorded),
    remove: (context, id) => removeNetwork(daemon(), context, id),
  });
}

async function createNetwork(
  daemon: Daemon,
  context: CallContext,
  inputs: PropertyMap,
): Promise<Found> {
  const name = text(inputs, "name") ?? "";
  const attempt = (): Promise<string> =>
    daemon.ask(`create the network "${name}"`, async (docker) => {
      const made = await docker.createNetwork({
        ...createRequest(inputs),
        abortSignal: context.signal,
      });
      return made.id;
    });
  let id: string;
  try {
    id = await attempt();
  } catch (error) {
    id = await afterConflict(daemon, context, inputs, error, attempt);
  }
  const found = await readNetwork(daemon, id, inputs);
  if (found === undefined)
    throw new Error(`The network "${name}" was gone right after its creation`);
  return found;
}

/** The address range is taken. What an interrupted update of the same stack left unused may go; all else is named. */
async function afterConflict(
  daemon: Daemon,
  context: CallContext,
  inputs: PropertyMap,
  error: unknown,
  again: () => Promise<string>,
): Promise<string> {
  if (!(error instanceof DaemonError) || !/overlap|already exists/i.test(error.reason)) throw error;
  const holder = await conflictingNetwork(daemon, inputs);
  if (holder === undefined) throw error;
  const { Id: id, Name: name } = holder;
  if (removableLeftover(holder, inputs, context.name)) {
    context.log.warning(
      `Removing the unused network "${name}" that an interrupted update left behind`,
    );
    await daemon.find("remove the leftover network", (docker) => docker.getNetwork(id).remove());
    return again();
  }
  const subnets = (holder.IPAM?.Config ?? []).map(({ Subnet }) => Subnet ?? "").join(", ");
  const users = Object.values(holder.Containers ?? {}).map((container) => container.Name);
  throw new Error(
    `${error.message}. The network "${name}" (${subnets}) is in its way, ` +
      (users.length > 0
        ? `used by ${users.join(", ")}. Choose another subnet or name`
        : `used by no running container. Remove it with \`docker network rm ${name}\`, or choose another subnet or name`),
    { cause: error },
  );
}

async function readNetwork(
  daemon: Daemon,
  id: string,
  recorded: PropertyMap,
): Promise<Found | undefined> {
  const info: NetworkInspectInfo | undefined = await daemon.find("inspect the network", (docker) =>
    docker.getNetwork(id).inspect(),
  );
  if (info === undefined) return undefined;
  const options = info.IPAM?.Options ?? {};
  return {
    id: info.Id,
    values: {
      name: info.Name,
      labels: labelBlocks(info.Labels),
      driver: info.Driver,
      internal: info.Internal,
      attachable: info.Attachable,
      ingress: info.Ingress,
      ipv6: info.EnableIPv6,
      ipamDriver: info.IPAM?.Driver ?? "",
      ipamOptions: Object.keys(options).length > 0 ? { ...options } : null,
      ipamConfigs: (info.IPAM?.Config ?? []).map((config) => ({
        subnet: config.Subnet ?? "",
        gateway: config.Gateway ?? "",
        ipRange: config.IPRange ?? "",
        auxAddress: auxiliary(config, recorded),
      })),
      options: { ...info.Options },
      scope: info.Scope,
    },
  };
}

/** Where the program gave the ranges, it gave none of these; else the daemon said that there are none. */
function auxiliary(
  { AuxiliaryAddresses: addresses = {} }: { AuxiliaryAddresses?: Partial<Record<string, string>> },
  recorded: PropertyMap,
): PropertyMap | null {
  const entries = Object.entries(addresses).map(([host, address]) => [host, address ?? ""]);
  if (entries.length === 0 && blocks(recorded, "ipamConfigs").length > 0) return null;
  return Object.fromEntries(entries) as PropertyMap;
}

function createRequest(inputs: PropertyMap): NetworkCreateOptions {
  const options = textMap(inputs, "ipamOptions");
  const driver = text(inputs, "driver");
  return {
    Name: text(inputs, "name") ?? "",
    CheckDuplicate: true,
    ...(driver === undefined ? {} : { Driver: driver }),
    ...(blocks(inputs, "labels").length === 0 ? {} : { Labels: labelMap(inputs) }),
    ...(block(inputs, "options") === undefined ? {} : { Options: textMap(inputs, "options") }),
    Internal: flag(inputs, "internal"),
    Attachable: flag(inputs, "attachable"),
    Ingress: flag(inputs, "ingress"),
    EnableIPv6: flag(inputs, "ipv6"),
    IPAM: {
      Driver: text(inputs, "ipamDriver") ?? "default",
      Config: blocks(inputs, "ipamConfigs").map(ipamConfig),
      ...(options === undefined ? {} : { Options: options }),
    },
  };
}

function ipamConfig(config: PropertyMap): Record<string, unknown> {
  const parts = {
    Subnet: text(config, "subnet"),
    Gateway: text(config, "gateway"),
    IPRange: text(config, "ipRange"),
    AuxiliaryAddresses: textMap(config, "auxAddress"),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}

/** Containers leave a network a moment after their own end. */
async function removeNetwork(daemon: Daemon, context: CallContext, id: string): Promise<void> {
  const deadline = Date.now() + inUseTimeoutMs;
  for (;;) {
    try {
      await daemon.find("remove the network", (docker) => docker.getNetwork(id).remove());
      return;
    } catch (error) {
      if (!(error instanceof DaemonError) || !error.reason.includes("has active endpoints"))
        throw error;
      if (Date.now() >= deadline) throw await stillInUse(daemon, id, error);
      context.log.status("waiting until no container uses it");
      await sleep(retryMs, undefined, { signal: context.signal });
    }
  }
}

async function stillInUse(daemon: Daemon, id: string, cause: DaemonError): Promise<Error> {
  const info: NetworkInspectInfo | undefined = await daemon.find("inspect the network", (docker) =>
    docker.getNetwork(id).inspect(),
  );
  const users = Object.values(info?.Containers ?? {}).map((container) => container.Name);
  return new Error(
    `The network "${info?.Name ?? id}" is still used by ${users.join(", ")} after ${inUseTimeoutMs / 1000} s: ` +
      "remove those containers, or disconnect them with `docker network disconnect`",
    { cause },
  );
}
