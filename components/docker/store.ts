import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { StoreDeployment } from "../platform";
import type { StoreTransforms } from "../transform";
import { transformed } from "../transform";
import type { DockerContext } from "./context";
import { labels, stackName } from "./context";
import { Ready } from "./dynamic/resources";
import { resolveImage } from "./image";

/** What a database and a cache have in common on Docker. */
export interface StoreArgs {
  readonly name: string;
  readonly role: "postgres" | "redis";
  readonly image: string;
  readonly port: number;
  /** Folder in the container that holds the data. */
  readonly dataPath: string;
  readonly memoryMb: number;
  readonly deletionProtection: boolean;
  readonly transform: StoreTransforms;
  /** What tells that it answers; run in the container. */
  readonly readyCommand: string[];
  readonly container: Partial<docker.ContainerArgs>;
}

/**
 * A server with a volume, on a network of its own that only linked services join. It cannot run twice over
 * one volume, so a change of the container stops the old one first.
 */
export function store(
  context: DockerContext,
  parent: pulumi.ComponentResource,
  args: StoreArgs,
): StoreDeployment {
  const { name, role, transform } = args;
  const own = labels(context, { role, service: name });
  const network = new docker.Network(
    `${name}-network`,
    transformed({ name: stackName(context, name), internal: true, labels: own }, transform.network),
    { parent, deleteBeforeReplace: true, dependsOn: [context.ports] },
  );
  const volume = new docker.Volume(
    `${name}-data`,
    transformed({ name: stackName(context, name, "data"), labels: own }, transform.volume),
    { parent, protect: args.deletionProtection, dependsOn: [context.ports] },
  );
  const image = resolveImage(context, { kind: "reference", name, ref: args.image });
  const containerArgs: docker.ContainerArgs = {
    name: stackName(context, name),
    image: image.id,
    networksAdvanced: [{ name: network.name, aliases: [name] }],
    volumes: [{ volumeName: volume.name, containerPath: args.dataPath }],
    labels: own,
    restart: "always",
    memory: args.memoryMb,
    memorySwap: args.memoryMb * 2,
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
    securityOpts: ["no-new-privileges:true"],
    healthcheck: {
      tests: ["CMD", ...args.readyCommand],
      interval: "10s",
      timeout: "5s",
      startPeriod: "30s",
      retries: 3,
    },
    destroyGraceSeconds: 60,
    ...args.container,
  };
  const container = new docker.Container(
    `${name}-server`,
    transformed(containerArgs, transform.container),
    { parent, deleteBeforeReplace: true },
  );
  const ready = new Ready(
    `${name}-ready`,
    { container: container.id, command: args.readyCommand, deadlineSeconds: 120 },
    { parent },
  );
  return {
    host: name,
    port: args.port,
    server: container.name,
    permission: { networks: [network.name] },
    ready: [ready],
  };
}
