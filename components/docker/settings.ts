import type { DockerEnvironmentArgs, EnvironmentArgs, RegistryArgs } from "../environment";
import { checkPort } from "../environment";
import type { Problems } from "../errors";

const CIDR_24 = /^(?:10\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}\.0\/24$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** Checks what an environment on Docker is given. */
export function settings(
  { docker: args = {} }: EnvironmentArgs,
  problems: Problems,
): DockerEnvironmentArgs {
  const ports = args.publicPorts ?? [];
  ports.forEach((port, index) => {
    checkPort(port, `docker.publicPorts[${index}]`, problems);
  });
  problems.require(
    new Set(ports).size === ports.length,
    "docker.publicPorts",
    "must not name a port twice",
    ports,
  );
  const { subnet, bindAddress, owner, registry } = args;
  if (registry !== undefined) checkRegistry(registry, problems);
  if (owner !== undefined)
    problems.require(
      /^[a-z0-9][a-z0-9-]{0,62}$/.test(owner),
      "docker.owner",
      "must be an id that an error has named: 1-63 lower-case letters, digits and dashes",
      owner,
    );
  if (subnet !== undefined) {
    const inRange =
      CIDR_24.test(subnet) && subnet.split(/[./]/).every((part) => Number(part) <= 255);
    problems.require(
      inRange,
      "docker.subnet",
      'must be a private /24 network, such as "10.80.1.0/24"',
      subnet,
    );
  }
  if (bindAddress !== undefined)
    problems.require(
      IPV4.test(bindAddress),
      "docker.bindAddress",
      'must be an IPv4 address of the host, such as "127.0.0.1" or "0.0.0.0"',
      bindAddress,
    );
  return args;
}

/** A host has a dot or a port, or is localhost: anything else is a name at Docker Hub. */
const REGISTRY =
  /^(?:localhost(?::\d{1,5})?|[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+(?::\d{1,5})?|[a-zA-Z0-9-]+:\d{1,5})(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/;

function checkRegistry({ address, username, password }: RegistryArgs, problems: Problems): void {
  problems.require(
    REGISTRY.test(address),
    "docker.registry.address",
    'must be the host and path of a registry, such as "localhost:5000/shop"',
    address,
  );
  problems.require(
    (username === undefined) === (password === undefined),
    "docker.registry.username",
    "must be given together with the password, or neither of them",
    username,
  );
}
