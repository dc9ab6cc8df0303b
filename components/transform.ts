import type * as docker from "@pulumi/docker";

/**
 * Changes the arguments of one child resource: members that replace the component's own, or a function that
 * is given them and answers what to use.
 */
export type Transform<T> = Partial<T> | ((args: T) => T);

/** The children of a service that can be changed, on every platform that has them. */
export interface ServiceTransforms {
  /** Docker: each container of the service. */
  readonly container?: Transform<docker.ContainerArgs>;
  /** Docker: the image that is built from source. */
  readonly image?: Transform<docker.ImageArgs>;
}

/** The children of a database or cache that can be changed. */
export interface StoreTransforms {
  /** Docker: the container of the server. */
  readonly container?: Transform<docker.ContainerArgs>;
  /** Docker: the volume that holds the data. */
  readonly volume?: Transform<docker.VolumeArgs>;
  /** Docker: the network that only linked services join. */
  readonly network?: Transform<docker.NetworkArgs>;
}

/** The children of an environment that can be changed. */
export interface EnvironmentTransforms {
  /** Docker: the user network. */
  readonly network?: Transform<docker.NetworkArgs>;
  /** Docker: the router. */
  readonly router?: Transform<docker.ContainerArgs>;
}

/** The arguments after a transform. */
export function transformed<T extends object>(args: T, transform: Transform<T> | undefined): T {
  if (transform === undefined) return args;
  return typeof transform === "function" ? transform(args) : { ...args, ...transform };
}
