// Bundles the commands into dist/, with the paths that they have here: what they share goes beside the sources, from where
// its own paths ("../migrations") lead on.
import { build } from "esbuild";

// Packages that are no ES modules ask for these; each file needs its own.
const COMMONJS = [
  'import { createRequire } from "node:module";',
  "const require = createRequire(import.meta.url);",
].join("\n");

await build({
  entryPoints: ["src/server.js", "migrate.js"],
  outdir: "dist",
  outbase: ".",
  chunkNames: "src/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node18",
  // An optional faster client, which pg looks for.
  external: ["pg-native"],
  banner: { js: COMMONJS },
  keepNames: true,
  // pg asks for it to learn whether this is a worker at the edge, and Node would load all of fetch to tell: 0.05 s.
  define: { Response: "undefined" },
  logLevel: "warning",
});
