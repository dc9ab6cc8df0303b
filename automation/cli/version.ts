import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The version of the package that this file is part of, be it a checkout or its built form. */
export function packageVersion(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (!existsSync(file)) continue;
    const { name, version } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    if (name === "landfall" && typeof version === "string") return version;
  }
  throw new Error(`no package.json of landfall above ${__dirname}`);
}
