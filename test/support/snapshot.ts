import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { dump } from "js-yaml";
import type { Registered, Registrations } from "./mocks";

/**
 * Compares all resources of a program with a file that a reader can follow: by name, with their inputs, secrets left out,
 * policies as what they say. UPDATE_SNAPSHOTS=1 writes the file; its diff is then what a reviewer looks at.
 */
export function matchesSnapshot(seen: Registrations, file: string): void {
  const text = snapshotOf(seen);
  if (process.env["UPDATE_SNAPSHOTS"] === "1") {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  const wanted = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  const hint = `${path.basename(file)} differs: UPDATE_SNAPSHOTS=1 writes it anew`;
  assert.deepEqual(text.split("\n"), wanted.split("\n"), hint);
}

function snapshotOf(seen: Registrations): string {
  const byName = [...seen.all].sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
  const all = Object.fromEntries(byName.map((each) => [keyOf(each), inputsOf(each)]));
  return dump(all, { lineWidth: -1, noRefs: true, quotingType: '"', sortKeys: true });
}

function keyOf({ type, name }: Registered): string {
  return `${name} ${type.replace(/^(\w+):(\w+)\/\w+:/, "$1:$2:").replace(/^pulumi-nodejs:dynamic\//, "")}`;
}

function inputsOf({ inputs, secrets }: Registered): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([key, value]) => key !== "__provider" && value !== undefined)
      .map(([key, value]) => [key, secrets.includes(key) ? "[secret]" : readable(value)]),
  );
}

/** A policy is JSON in a text. */
function readable(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
