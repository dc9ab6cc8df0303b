"use strict";
// Preloaded into a program that is this checkout's own, in place of ts-node: see toolchain/languageHost/sources.ts.
require("./sourcePositions.cjs")();
const transpiled = require("./load.cjs").sources();
// The SDK maps traces at once, but knows nothing of sources that are not on disk as they run.
if (transpiled !== undefined) require("./transpile.cjs").mapTraces(transpiled);
