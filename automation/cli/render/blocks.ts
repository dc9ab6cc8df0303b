import { isShown, shortType } from "./model";
import type { Model, Resource } from "./model";
import { clean } from "./text";

/** One line of the tree before it is laid out. `resource` is absent where a component only groups its children. */
export interface Row {
  depth: number;
  type: string;
  name: string;
  resource: Resource | undefined;
}

/** A component directly under the stack with everything under it that changes; or a resource on its own. */
export interface Block {
  head: Row;
  rows: Row[];
}

export type BlockState = "planned" | "running" | "done" | "failed";

/** Groups what changes by the components that it belongs to, in the order in which it appeared. */
export function toBlocks(model: Model): Block[] {
  const children = new Map<string, string[]>();
  for (const resource of model.resources.values()) {
    if (isShown(resource)) link(resource.urn, model, children);
  }
  const top = children.get("") ?? [];
  return top.map((urn) => {
    const rows = descend(urn, 1, model, children);
    return { head: toRow(urn, 0, model, rows.length > 0), rows };
  });
}

/** The resources that a block stands for: its rows', or its own where it has none. */
export function resourcesOf(block: Block): Resource[] {
  return [block.head, ...block.rows].flatMap((row) => row.resource ?? []);
}

export function stateOf(block: Block): BlockState {
  const resources = resourcesOf(block);
  const states = resources.map((resource) => resource.state);
  if (states.includes("failed")) return "failed";
  if (resources.some((resource) => resource.planned)) return "planned";
  return states.includes("running") ? "running" : "done";
}

function link(urn: string, model: Model, children: Map<string, string[]>): void {
  const resource = model.resources.get(urn);
  const parent = resource?.parent ?? "";
  const under = parent === "" || isStack(parent) || parent === urn ? "" : parent;
  const siblings = children.get(under);
  if (siblings?.includes(urn)) return;
  children.set(under, [...(siblings ?? []), urn]);
  if (under !== "") link(under, model, children);
}

function descend(urn: string, depth: number, model: Model, children: Map<string, string[]>): Row[] {
  return (children.get(urn) ?? []).flatMap((child) => {
    const rows = descend(child, depth + 1, model, children);
    return [toRow(child, depth, model, rows.length > 0), ...rows];
  });
}

// A component's own step says nothing that its children's do not, so with children it is a heading.
function toRow(urn: string, depth: number, model: Model, isParent: boolean): Row {
  const resource = model.resources.get(urn);
  const { name, type } = resource ?? parseUrn(urn);
  const heading = isParent && resource?.state !== "failed";
  return { depth, name, type, resource: heading ? undefined : resource };
}

function isStack(urn: string): boolean {
  return parseUrn(urn).type === "Stack";
}

function parseUrn(urn: string): { name: string; type: string } {
  const [, , chain = "", ...name] = urn.split("::");
  return { name: clean(name.join("::")), type: shortType(chain.split("$").at(-1) ?? "") };
}
