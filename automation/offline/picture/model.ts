import type { OfflineResource } from "../types";

/** Something that runs, as a box. */
export interface Node {
  id: string;
  title: string;
  lines: string[];
  look: "outside" | "entry" | "service" | "task" | "store";
}

/** Who speaks to whom. */
export interface Edge {
  from: string;
  to: string;
  label: string;
}

/** A strip behind the boxes: a zone with its subnets. */
export interface Zone {
  name: string;
  publicSubnets: string[];
  privateSubnets: string[];
}

/** What is drawn. */
export interface Model {
  title: string;
  /** Frame around everything but the outside. */
  place: string;
  /** Frame around what is in the network; boxes above it are outside of it. */
  network: string;
  zones: Zone[];
  nodes: Node[];
  edges: Edge[];
  /** Boxes that stand in the place, but not in the network. */
  aroundNetwork: ReadonlySet<string>;
  /** What the parts share, by kind. */
  shared: { title: string; lines: string[] }[];
}

export type Resources = readonly OfflineResource[];

/** A resource with what all pictures ask of it. */
export class Graph {
  private readonly byUrn: ReadonlyMap<string, OfflineResource>;

  constructor(readonly all: Resources) {
    this.byUrn = new Map(all.map((each) => [each.urn, each]));
  }

  /** Components of the program, without the environment. */
  components(): OfflineResource[] {
    return this.all.filter(
      ({ type, parent }) =>
        parent === undefined && type.includes(":index:") && !/Environment$/.test(type),
    );
  }

  /** The outermost component that a resource is part of. */
  ownerOf(resource: OfflineResource): OfflineResource {
    const parent = resource.parent === undefined ? undefined : this.byUrn.get(resource.parent);
    return parent === undefined ? resource : this.ownerOf(parent);
  }

  partsOf(component: OfflineResource): OfflineResource[] {
    return this.all.filter((each) => each !== component && this.ownerOf(each) === component);
  }

  /** All of a type, by the end of its name: `lb/listener:Listener`. */
  ofType(end: string): OfflineResource[] {
    return this.all.filter(({ type }) => isOf(type, end));
  }
}

export function isOf(type: string, end: string): boolean {
  return type.endsWith(`:${end}`) || type.endsWith(`/${end}`);
}

/** An input as text; an empty one where it is none. */
export function textOf(resource: OfflineResource | undefined, input: string): string {
  const value = resource?.inputs[input];
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : "";
}

/** Objects in a list of the inputs. */
export function objectsIn(
  resource: OfflineResource | undefined,
  input: string,
): Record<string, unknown>[] {
  const value = resource?.inputs[input];
  return Array.isArray(value)
    ? value.filter(
        (each): each is Record<string, unknown> => typeof each === "object" && each !== null,
      )
    : [];
}

/** The class of a component, as its title says it. */
export function kindOf({ type }: OfflineResource): string {
  const name = type.split(":").at(-1) ?? type;
  return name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}

export function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
