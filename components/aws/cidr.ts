/** An IPv4 network: its first address as a number, and how many addresses it has. */
export interface Cidr {
  readonly first: number;
  readonly size: number;
}

const NOTATION = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** The network of a notation such as `10.0.0.0/16`; undefined where it is none, or has bits beyond its length set. */
export function parseCidr(text: string): Cidr | undefined {
  const parts = NOTATION.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const length = parts[4] ?? 33;
  if (length > 32 || parts.slice(0, 4).some((part) => part > 255)) return undefined;
  const first = parts.slice(0, 4).reduce((sum, part) => sum * 256 + part, 0);
  const size = 2 ** (32 - length);
  return first % size === 0 ? { first, size } : undefined;
}

export function formatCidr({ first, size }: Cidr): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${bytes.join(".")}/${32 - Math.log2(size)}`;
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.first >= outer.first && inner.first + inner.size <= outer.first + outer.size;
}

export function overlap(a: Cidr, b: Cidr): boolean {
  return a.first < b.first + b.size && b.first < a.first + a.size;
}

/** The /24 at that place in a network, counted from 0; undefined where the network ends before it. */
export function subnetAt(network: Cidr, index: number): Cidr | undefined {
  const subnet = { first: network.first + index * 256, size: 256 };
  return contains(network, subnet) ? subnet : undefined;
}

const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].flatMap(
  (text) => parseCidr(text) ?? [],
);

/** Whether a network lies in what RFC 1918 keeps for private ones. */
export function isPrivate(network: Cidr): boolean {
  return PRIVATE.some((range) => contains(range, network));
}
