import { DATA, LIVE_FILE } from "./files";
import type { RoutePart } from "./part";
import { descriptionOf, renderConfig } from "./render";
import type { Addresses } from "./render";
import type { RouterSession } from "./session";
import { quoted } from "./session";

/** The parts that the volume holds. */
export async function readParts(session: RouterSession): Promise<RoutePart[]> {
  const output = await session.run(
    "read its services",
    `for file in ${DATA}/routes/*.json; do [ -f "$file" ] && { cat "$file"; echo; }; done; :`,
  );
  return output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as RoutePart);
}

/**
 * Replaces one service's part, or removes it, and the configuration of all, which a restart reads, after HAProxy
 * has accepted that.
 * @throws with HAProxy's own words when it does not; then nothing was changed.
 */
export async function writePart(
  session: RouterSession,
  service: string,
  parts: readonly RoutePart[],
): Promise<void> {
  const config = `${DATA}/haproxy.cfg`;
  const file = `${DATA}/routes/${service}.json`;
  const part = parts.find((candidate) => candidate.service === service);
  const code = [
    `printf %s ${quoted(renderConfig(parts))} > ${config}.new`,
    // What stands there has been accepted: one that differs in its servers alone, whose names and ports the schema has
    // checked, will be too, and asking takes as long as the switch itself.
    `{ ${hasStructure(parts, config)} || haproxy -c -q -f ${config}.new; }`,
    `sync ${config}.new`,
    // A kill between the two leaves the older configuration; the next change renders it from the parts.
    part === undefined
      ? `rm -f ${file}`
      : `printf %s ${quoted(JSON.stringify(part))} > ${file}.new && mv ${file}.new ${file}`,
    `mv ${config}.new ${config}`,
  ];
  const { exitCode, output } = await session.attempt(code.join(" && \\\n"));
  if (exitCode === 0) return;
  await session.attempt(`rm -f ${config}.new ${file}.new`);
  throw new Error(
    `router "${session.router}": HAProxy does not accept the configuration; nothing was changed:\n${output.trim()}`,
  );
}

function hasStructure(parts: readonly RoutePart[], file: string): string {
  return `grep -qsxF ${quoted(`  ${descriptionOf(parts)}`)} ${file}`;
}

/** What the next reload will load: what `writePart` had checked, with addresses. */
export async function writeLive(
  session: RouterSession,
  parts: readonly RoutePart[],
  addresses: Addresses,
): Promise<void> {
  await session.run(
    "write its configuration",
    `printf %s ${quoted(renderConfig(parts, addresses))} > ${LIVE_FILE}`,
  );
}

/** The addresses that container names have in the router's network. */
export async function lookUp(
  session: RouterSession,
  names: readonly string[],
): Promise<Map<string, string>> {
  const unique = [...new Set(names)];
  if (unique.length === 0) return new Map();
  const output = await session.run(
    "look up its servers",
    `for name in ${unique.map(quoted).join(" ")}; do { read -r address _ < <(timeout 5 getent ahostsv4 "$name"); echo "$name $address"; } & done; wait`,
  );
  const found = output.split("\n").map((line) => line.split(" "));
  return new Map(
    found.flatMap(([name = "", address = ""]) =>
      address === "" ? [] : [[name, address] as const],
    ),
  );
}
