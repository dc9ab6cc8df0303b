import type { Recorded } from "./recorder";
import { shownInputs } from "./inputs";
import type { OfflineResource } from "./types";

const root = "pulumi:pulumi:Stack";

/** What was registered as a list that does not depend on the order of it: parents first, siblings by type and name. */
export function resourcesOf(recorded: readonly Recorded[]): OfflineResource[] {
  const stack = recorded.find(({ type }) => type === root)?.urn;
  const all = recorded.filter(({ type }) => type !== root).map((each) => resourceOf(each, stack));
  const known = new Set(all.map(({ urn }) => urn));
  const children = new Map<string, OfflineResource[]>();
  for (const each of all) {
    const parent = each.parent !== undefined && known.has(each.parent) ? each.parent : "";
    children.set(parent, [...(children.get(parent) ?? []), each]);
  }
  const below = (parent: string): OfflineResource[] =>
    (children.get(parent) ?? [])
      .sort((a, b) => compare(orderOf(a), orderOf(b)))
      .flatMap((each) => [each, ...below(each.urn)]);
  return below("");
}

function resourceOf(
  { urn, type, name, parent, protect, dependsOn, wire }: Recorded,
  stack: string | undefined,
): OfflineResource {
  return {
    ...{ urn, type, name },
    ...(parent === "" || parent === stack ? {} : { parent }),
    ...(protect ? { protect: true as const } : {}),
    inputs: shownInputs(wire),
    dependsOn: [...new Set(dependsOn)].filter((each) => each !== stack).sort(),
  };
}

/** Components after what belongs to the stack itself reads badly: they come first. */
function orderOf({ type, name }: OfflineResource): string {
  return `${type.startsWith("landfall:") ? 0 : 1} ${type} ${name}`;
}

/** By code points: the same on every machine, whatever its language. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
