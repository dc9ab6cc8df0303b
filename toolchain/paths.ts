import * as fs from "node:fs";
import * as path from "node:path";

/** The folder of this package, be it a checkout (sources) or installed (dist/). */
export const packageRoot: string = findPackageRoot(__dirname);

/** Everything that Landfall makes lies under `<project>/.landfall`, which git ignores. */
export interface LandfallPaths {
  /** `.landfall` itself. */
  base: string;
  /** The engine and what belongs beside it. */
  bin: string;
  /** Where the automation API's installer puts the official engine. */
  download: string;
  /** PULUMI_HOME. */
  home: string;
  /** Folder of dev's file:// backend. */
  state: string;
  /** Passphrase file of dev's secrets, mode 600. */
  passphrase: string;
  cache: string;
  logs: string;
  locks: string;
  /** What set-up chose, and from what. */
  manifest: string;
}

export function landfallPaths(root: string): LandfallPaths {
  const base = path.join(path.resolve(root), ".landfall");
  return {
    base,
    bin: path.join(base, "bin"),
    download: path.join(base, "download"),
    home: path.join(base, "home"),
    state: path.join(base, "state"),
    passphrase: path.join(base, "passphrase"),
    cache: path.join(base, "cache"),
    logs: path.join(base, "logs"),
    locks: path.join(base, "locks"),
    manifest: path.join(base, "toolchain.json"),
  };
}

/** An executable or data file of this package's bin/. */
export function packageBin(name: string): string {
  return path.join(packageRoot, "bin", name);
}

function findPackageRoot(from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, "package.json"))) return folder;
    if (folder === path.dirname(folder)) throw new Error(`no package.json above ${from}`);
  }
}
