import { isDeepStrictEqual } from "node:util";

import { compare } from "./graph";
import type { OfflineChange, OfflineResource } from "./types";

type Resource = Pick<OfflineResource, "urn" | "inputs"> & { protect?: true | undefined };

/** What differs between two plans, by URN. Order and dependencies alone are no difference. */
export function differenceOf(
  before: readonly Resource[],
  after: readonly Resource[],
): OfflineChange[] {
  const [old, now] = [byUrn(before), byUrn(after)];
  const urns = [...new Set([...old.keys(), ...now.keys()])].sort(compare);
  return urns.flatMap((urn): OfflineChange[] => {
    const [was, is] = [old.get(urn), now.get(urn)];
    if (was === undefined) return [{ urn, change: "added", inputs: [] }];
    if (is === undefined) return [{ urn, change: "removed", inputs: [] }];
    const inputs = differing("", settingsOf(was), settingsOf(is));
    return inputs.length === 0 ? [] : [{ urn, change: "changed", inputs }];
  });
}

function byUrn(resources: readonly Resource[]): Map<string, Resource> {
  return new Map(resources.map((each) => [each.urn, each]));
}

function settingsOf({ inputs, protect }: Resource): Record<string, unknown> {
  return { ...inputs, ...(protect === true ? { "(protect)": true } : {}) };
}

/** The deepest values that differ; lists of another length differ as a whole. */
function differing(path: string, before: unknown, after: unknown): OfflineChange["inputs"] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isBranch(before) || !isBranch(after) || !comparable(before, after)) {
    return [
      {
        path,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
      },
    ];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compare);
  return keys.flatMap((key) => {
    const at = Array.isArray(before) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    return differing(at, before[key], after[key]);
  });
}

type Branch = Record<string, unknown>;

function isBranch(value: unknown): value is Branch {
  return typeof value === "object" && value !== null;
}

function comparable(before: Branch, after: Branch): boolean {
  if (Array.isArray(before) !== Array.isArray(after)) return false;
  return !Array.isArray(before) || before.length === after.length;
}
