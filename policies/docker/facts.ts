import { listOf } from "../values";

/** What policies read of a Docker container's inputs. */
export interface ContainerFacts {
  role: string | undefined;
  service: string | undefined;
  inputs: Readonly<Record<string, unknown>>;
}

export const containerType = "docker:index/container:Container";
export const volumeType = "docker:index/volume:Volume";

/** Reads the labels that Landfall puts on everything it makes. */
export function factsOf(inputs: Readonly<Record<string, unknown>>): ContainerFacts {
  const label = (name: string): string | undefined => {
    const found = listOf(inputs.labels).find((each) => each.label === `landfall.${name}`);
    return typeof found?.value === "string" ? found.value : undefined;
  };
  return { role: label("role"), service: label("service"), inputs };
}

/** What a volume holds that cannot be made again; a cache can, and the router's is written from the routes. */
export function holdsData(inputs: Readonly<Record<string, unknown>>): boolean {
  const { role } = factsOf(inputs);
  return role !== "router" && role !== "redis";
}
