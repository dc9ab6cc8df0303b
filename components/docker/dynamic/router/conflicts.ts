import type { RoutePart } from "./part";

/** Two services that ask for the same requests: neither would get them reliably. */
export function conflictsOf(parts: readonly RoutePart[]): string[] {
  const taken = new Map<string, string>();
  const conflicts: string[] = [];
  for (const part of parts) {
    for (const { port, hosts = ["*"], pathPrefix = "/" } of part.listen) {
      for (const host of hosts) {
        const key = `port ${port}, host ${host.toLowerCase()}, path ${prefix(pathPrefix)}`;
        const other = taken.get(key);
        if (other === undefined) taken.set(key, part.service);
        else conflicts.push(conflict(key, other, part.service));
      }
    }
  }
  return conflicts;
}

function conflict(key: string, one: string, other: string): string {
  return one === other
    ? `service "${one}" lists ${key} twice`
    : `services "${one}" and "${other}" both ask for ${key}`;
}

/** A path prefix without trailing slashes; the whole tree is "/". */
export function prefix(path: string): string {
  return path.replace(/\/+$/, "") || "/";
}
