import { BlockList, isIPv6 } from "node:net";
import type { NetworkInspectInfo } from "dockerode";
import type { PropertyMap } from "../../host/values";
import { blocks, labelMap, text } from "../bridge/read";
import type { Daemon } from "../client/daemon";

/** The network of this daemon that has the wanted name, or addresses of the wanted ranges. */
export async function conflictingNetwork(
  daemon: Daemon,
  inputs: PropertyMap,
): Promise<NetworkInspectInfo | undefined> {
  const wanted = subnetsOf(inputs);
  const name = text(inputs, "name");
  const listed = await daemon.ask("list networks", (docker) => docker.listNetworks());
  const holder = listed.find(
    (network) =>
      network.Name === name ||
      (network.IPAM?.Config ?? []).some(({ Subnet }) =>
        wanted.some((subnet) => Subnet !== undefined && overlap(subnet, Subnet)),
      ),
  );
  if (holder === undefined) return undefined;
  return daemon.find("inspect a network", (docker): Promise<NetworkInspectInfo> =>
    docker.getNetwork(holder.Id).inspect(),
  );
}

/** Whether two ranges in CIDR notation share addresses: the wider one has the other's first. */
export function overlap(a: string, b: string): boolean {
  return contains(a, b) || contains(b, a);
}

function contains(outer: string, inner: string): boolean {
  const [base = "", prefix = ""] = outer.split("/");
  const [address = ""] = inner.split("/");
  const family = isIPv6(base) ? "ipv6" : "ipv4";
  if (isIPv6(address) !== isIPv6(base)) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(prefix), family);
  return list.check(address, family);
}

/**
 * Whether a network is what an interrupted creation of the same resource left: named after it, with the same
 * labels and addresses, and used by nothing. Labels must be there, for they carry the project and the stack.
 */
export function removableLeftover(
  holder: NetworkInspectInfo,
  inputs: PropertyMap,
  resourceName: string,
): boolean {
  const labels = labelMap(inputs);
  const suffix = holder.Name.slice(resourceName.length);
  return (
    holder.Name.startsWith(resourceName) &&
    /^-[0-9a-f]{7}$/.test(suffix) &&
    Object.keys(labels).length > 0 &&
    sameEntries(labels, holder.Labels ?? {}) &&
    Object.keys(holder.Containers ?? {}).length === 0 &&
    subnetsOf(inputs).join() === (holder.IPAM?.Config ?? []).map(({ Subnet }) => Subnet).join()
  );
}

function subnetsOf(inputs: PropertyMap): string[] {
  return blocks(inputs, "ipamConfigs").flatMap((config) => text(config, "subnet") ?? []);
}

function sameEntries(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.keys(a).length === Object.keys(b).length &&
    Object.entries(a).every(([key, value]) => b[key] === value)
  );
}
