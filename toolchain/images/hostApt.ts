import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { isCode, readIfPresent } from "../files";
import { parseAptSources, type AptSource } from "./aptSources";

/** The sources that the host's apt is configured with; none where there is no apt. */
export function readAptSources(folder = "/etc/apt"): AptSource[] {
  const parts = path.join(folder, "sources.list.d");
  const files = [
    path.join(folder, "sources.list"),
    ...list(parts).map((name) => path.join(parts, name)),
  ];
  return files.flatMap((file) => {
    const text = readIfPresent(file);
    return text === undefined ? [] : parseAptSources(text, file).map(resolveMirrorLists);
  });
}

/** Proxies as environment variables: the caller's own, or else those that apt is configured with. */
export function proxyVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of ["http_proxy", "https_proxy", "no_proxy"]) {
    const value = env[name] ?? env[name.toUpperCase()];
    if (value !== undefined && value !== "") variables[name] = value;
  }
  for (const scheme of ["http", "https"]) {
    const value = aptSetting(`Acquire::${scheme}::Proxy`);
    if (value !== "" && value !== "DIRECT") variables[`${scheme}_proxy`] ??= value;
  }
  return variables;
}

function aptSetting(name: string): string {
  try {
    const output = execFileSync("apt-config", ["shell", "VALUE", name], {
      encoding: "utf8",
      timeout: 5000,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return /^VALUE='(.*)'$/m.exec(output)?.[1] ?? "";
  } catch {
    // Not a Debian: no apt, no proxy of apt's.
    return "";
  }
}

// Cloud images name their mirrors in a file beside: "mirror+file:/etc/apt/mirrors/debian.list".
function resolveMirrorLists(source: AptSource): AptSource {
  const uris = source.uris.flatMap((uri) => {
    const file = /^mirror\+file:(?:\/\/)?(\/.*)$/.exec(uri)?.[1];
    if (file === undefined) return [uri];
    const lines = (readIfPresent(file) ?? "").split("\n");
    return lines.map((line) => line.split(/[\s#]/)[0] ?? "").filter((word) => word !== "");
  });
  return { ...source, uris };
}

function list(folder: string): string[] {
  try {
    return fs
      .readdirSync(folder)
      .filter((name) => name.endsWith(".list") || name.endsWith(".sources"))
      .sort();
  } catch (error) {
    if (isCode(error, "ENOENT")) return [];
    throw error;
  }
}
