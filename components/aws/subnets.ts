import type { Problems } from "../errors";
import type { AwsEnvironmentArgs } from "./args";
import type { Cidr } from "./cidr";
import { contains, formatCidr, isPrivate, overlap, parseCidr, subnetAt } from "./cidr";

/** The network and its subnets in CIDR notation, in the order of the zones. */
export interface Subnets {
  readonly cidr: string;
  readonly privateSubnets: readonly string[];
  readonly publicSubnets: readonly string[];
}

const NETWORK_RULE =
  'must be a private network (RFC 1918) from /16 to /20, such as "10.0.0.0/16", without bits beyond its length';
const SUBNET_RULE = 'must be a network of /27 or larger, such as "10.0.1.0/24"';

/** The subnets, one private and one public for each zone; every mistake is noted. */
export function normalizeSubnets(
  args: AwsEnvironmentArgs,
  zones: readonly string[],
  problems: Problems,
): Subnets {
  const cidr = args.cidr ?? "10.0.0.0/16";
  const network = parseCidr(cidr);
  const fits =
    network !== undefined &&
    isPrivate(network) &&
    network.size >= 2 ** 12 &&
    network.size <= 2 ** 16;
  if (!problems.require(fits, "aws.cidr", NETWORK_RULE, cidr) || network === undefined)
    return { cidr, privateSubnets: [], publicSubnets: [] };
  const subnets = {
    cidr,
    privateSubnets: args.privateSubnets ?? zones.map((_, index) => at(network, 1 + index)),
    publicSubnets:
      args.publicSubnets ?? zones.map((_, index) => at(network, upper(network) + index)),
  };
  checkSubnets(network, subnets, zones.length, problems);
  return subnets;
}

/** Place of the first public /24: the 101st, or in a small network behind its middle. */
function upper(network: Cidr): number {
  return network.size / 256 > 104 ? 101 : network.size / 512 + 1;
}

function at(network: Cidr, index: number): string {
  const subnet = subnetAt(network, index);
  if (subnet === undefined) throw new RangeError(`no /24 at ${index} of ${formatCidr(network)}`);
  return formatCidr(subnet);
}

function checkSubnets(
  network: Cidr,
  { cidr, privateSubnets, publicSubnets }: Subnets,
  zones: number,
  problems: Problems,
): void {
  const named = [
    ...checkOne("aws.privateSubnets", privateSubnets, zones, problems),
    ...checkOne("aws.publicSubnets", publicSubnets, zones, problems),
  ];
  for (const { path, text, subnet } of named)
    problems.require(contains(network, subnet), path, `must lie in aws.cidr, ${cidr}`, text);
  named.forEach(({ path, text, subnet }, index) => {
    const met = named.slice(0, index).find((before) => overlap(before.subnet, subnet));
    if (met !== undefined) problems.add(path, `must not overlap ${met.path}, ${met.text}`, text);
  });
}

function checkOne(path: string, texts: readonly string[], zones: number, problems: Problems) {
  problems.require(
    texts.length === zones,
    path,
    `must have one network for each of the ${zones} zones`,
    texts,
  );
  return texts.flatMap((text, index) => {
    const subnet = parseCidr(text);
    const fits = subnet !== undefined && subnet.size >= 2 ** 5;
    problems.require(fits, `${path}[${index}]`, SUBNET_RULE, text);
    return fits ? [{ path: `${path}[${index}]`, text, subnet }] : [];
  });
}
