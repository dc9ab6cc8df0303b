"use strict";
// Preloaded into a program that is this checkout's own, in place of ts-node: see toolchain/languageHost/sources.ts.
const { createRequire } = require("module");

const transpiled = require("./load.cjs").sources();
// The SDK maps traces with this package, which looks for maps in the files as they are on disk.
const sdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));
sdk("source-map-support").install({ retrieveFile: (file) => transpiled?.get(file) ?? null });
