import type { OfflineResource } from "../types";
import { Graph, isOf, kindOf, objectsIn, plural, textOf } from "./model";
import type { Edge, Model, Node, Resources } from "./model";

/** The picture of a stack on one Docker engine. */
export function dockerModel(resources: Resources, title: string): Model {
  const graph = new Graph(resources);
  const components = graph.components();
  const router = containersIn(graph.all).find((each) => labelOf(each, "role") === "router");
  const network = graph.ofType("network:Network").find(({ name }) => name === "network");
  return {
    title,
    place: "One Docker engine",
    network: network === undefined ? "" : `Network ${textOf(network, "name")}`,
    zones: [],
    nodes: [
      { id: "internet", title: "Clients", lines: [], look: "outside" },
      ...(router === undefined ? [] : [routerNode(router)]),
      ...components.map((component) => componentNode(component, graph.partsOf(component))),
    ],
    edges: [
      ...(router === undefined ? [] : [{ from: "internet", to: router.urn, label: "HTTP" }]),
      ...components.flatMap((each) => routesTo(each, graph, router)),
      ...components.flatMap((each) => linksOf(each, graph)),
    ],
    aroundNetwork: new Set(),
    shared: [
      { title: "Images", lines: graph.ofType("image:Image").map(({ name }) => name) },
      { title: "Volumes", lines: graph.ofType("volume:Volume").map(({ name }) => name) },
    ].filter(({ lines }) => lines.length > 0),
  };
}

function containersIn(resources: Resources): OfflineResource[] {
  return resources.filter(({ type }) => isOf(type, "container:Container"));
}

function labelOf(resource: OfflineResource, name: string): string {
  const found = objectsIn(resource, "labels").find(({ label }) => label === `landfall.${name}`);
  return typeof found?.value === "string" ? found.value : "";
}

function routerNode(router: OfflineResource): Node {
  const ports = objectsIn(router, "ports").map(({ external }) => String(external));
  return {
    id: router.urn,
    title: "Router",
    lines: ["HAProxy", `ports ${ports.join(", ")}`],
    look: "entry",
  };
}

function componentNode(component: OfflineResource, parts: readonly OfflineResource[]): Node {
  const containers = containersIn(parts);
  const [first] = containers;
  const role = first === undefined ? "" : labelOf(first, "role");
  const memory = textOf(first, "memory");
  const running =
    first === undefined ? "runs when it is needed" : plural(containers.length, "container");
  return {
    id: component.urn,
    title: component.name,
    lines: [kindOf(component), memory === "" ? running : `${running}, ${memory} MB`],
    look: ["postgres", "redis"].includes(role) ? "store" : first === undefined ? "task" : "service",
  };
}

/** A route's own port answers to the service's name; any other is open to clients. */
function routesTo(
  component: OfflineResource,
  graph: Graph,
  router: OfflineResource | undefined,
): Edge[] {
  const open = graph
    .partsOf(component)
    .filter(({ type }) => isOf(type, "Route"))
    .flatMap((route) => objectsIn(route, "listen"))
    .filter(({ hosts }) => hosts === undefined);
  if (open.length === 0 || router === undefined) return [];
  // Clients know the port of the host, the router the one inside.
  const outside = new Map(
    objectsIn(router, "ports").map(({ internal, external }) => [internal, external ?? internal]),
  );
  const label = open.map(
    ({ port, pathPrefix }) =>
      `${String(outside.get(port) ?? port)}${typeof pathPrefix === "string" ? pathPrefix : ""}`,
  );
  return [{ from: router.urn, to: component.urn, label: label.join(", ") }];
}

/** Stores are reached through networks of their own, services by names that lead to the router. */
function linksOf(component: OfflineResource, graph: Graph): Edge[] {
  const owners = new Map(
    graph.ofType("network:Network").map((each) => [textOf(each, "name"), graph.ownerOf(each)]),
  );
  const others = graph.components().filter((each) => each !== component);
  // A task says what it is given by the container that it runs.
  const parts = graph
    .partsOf(component)
    .map(({ inputs }) => ({ ...inputs, ...objectOf(inputs.container) }));
  const networks = parts.flatMap((inputs) =>
    namesIn(inputs.networksAdvanced).concat(namesIn(inputs.networks)),
  );
  const hosts = parts.flatMap(({ hosts }) => namesIn(hosts));
  const reached = others.filter(
    (other) => networks.some((name) => owners.get(name) === other) || hosts.includes(other.name),
  );
  return reached.map((to) => ({ from: component.urn, to: to.urn, label: "" }));
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function namesIn(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.map((each: unknown) => {
    const { name, host } = objectOf(each);
    return typeof each === "string"
      ? (each.split(":")[0] ?? "")
      : ([name, host].find((text) => typeof text === "string") ?? "");
  });
}
