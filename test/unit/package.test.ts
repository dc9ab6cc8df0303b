import assert from "node:assert/strict";
import * as fs from "node:fs";
import { builtinModules } from "node:module";
import * as path from "node:path";
import ts from "typescript";

const ROOT = path.resolve(__dirname, "../..");
const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), "utf8");

interface Manifest {
  main: string;
  types: string;
  files: string[];
  bin: Record<string, string>;
  exports: Record<string, string | { types: string; default: string }>;
  typesVersions: Record<string, Record<string, string[]>>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

describe("package.json", () => {
  const manifest = JSON.parse(read("package.json")) as Manifest;

  it("exports only what is built from a source that is there, or a script", () => {
    for (const target of [...targetsOf(manifest), manifest.main, manifest.types]) {
      const source = target
        .replace(/^(?:\.\/)?dist\//, "")
        .replace(/(?:\.d\.ts|(?<=^(?:components|automation|policies)\/.*)\.js)$/, ".ts");
      assert.ok(fs.existsSync(path.join(ROOT, source)), `${target}: there is no ${source}`);
    }
  });

  it("gives every export of JavaScript its typings, also without support for exports", () => {
    const mapped = Object.entries(manifest.exports).flatMap(([name, target]) =>
      typeof target === "string" || name === "." ? [] : [[name.slice(2), [target.types.slice(2)]]],
    );
    assert.deepEqual(manifest.typesVersions["*"], Object.fromEntries(mapped));
    const main = manifest.exports["."];
    assert.deepEqual(main, { types: `./${manifest.types}`, default: `./${manifest.main}` });
  });

  it("ships everything that exports and commands name", () => {
    const shipped = (file: string): boolean =>
      file === "package.json" ||
      (manifest.files.some((entry) => file === entry || file.startsWith(`${entry}/`)) &&
        !manifest.files.includes(`!${file}`));
    const named = [...targetsOf(manifest), ...Object.values(manifest.bin)];
    assert.deepEqual(
      named.map((file) => file.replace(/^\.\//, "")).filter((file) => !shipped(file)),
      [],
    );
  });

  it("ships no script that needs what is not installed with it", () => {
    assert.ok(manifest.files.includes("!bin/transpile.cjs"));
    assert.ok(!manifest.files.includes("tsconfig.json"), "bin/load.cjs knows a checkout by it");
  });

  it("pins every dependency", () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies };
    for (const [name, version] of Object.entries(all))
      assert.match(version, /^\d+\.\d+\.\d+(?:-[\w.]+)?$/, name);
  });

  it("depends on all that the shipped code imports, and on nothing else", () => {
    const imported = new Set(shippedFiles().flatMap(packagesIn));
    // The engine runs a user's TypeScript program with these, which the program does not import.
    const forPrograms = ["ts-node", "typescript"];
    assert.deepEqual(
      Object.keys(manifest.dependencies).sort(),
      [...new Set([...imported, ...forPrograms])].sort(),
    );
  });

  it("has a line in docs/dependencies.md for each dependency, with its version and a reason", () => {
    const rows = [
      ...read("docs/dependencies.md").matchAll(
        /^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm,
      ),
    ];
    const documented = rows
      .map(([, name, version, , reason]) => [name, version, (reason ?? "").length > 20] as const)
      .filter(([name]) => !/^(?:package|---)$/.test(name ?? ""));
    const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    assert.deepEqual(
      documented.map(String).sort(),
      wanted.map(([name, version]) => String([name, version, true])).sort(),
    );
  });

  it("has a lock file without addresses of registries", () => {
    assert.ok(!/"resolved": "https?:/.test(read("package-lock.json")));
  });
});

function targetsOf({ exports }: Manifest): string[] {
  return Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [target] : Object.values(target),
  );
}

/** What becomes part of the package, as sources. */
function shippedFiles(): string[] {
  const folders = ["components", "automation", "policies", "toolchain", "bin"];
  return folders.flatMap((folder) =>
    fs
      .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .map((file) => path.join(folder, file))
      .filter((file) => /\.(?:ts|cjs)$/.test(file) && file !== "bin/transpile.cjs"),
  );
}

/** Packages that a file loads. */
function packagesIn(file: string): string[] {
  return ts
    .preProcessFile(read(file), true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => !/^(?:\.|node:|landfall)/.test(name) && !builtinModules.includes(name))
    .map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
}
