"use strict";
// What mocha starts with: tests run as the program's processes do. Sources are transpiled without the TypeScript
// compiler, what is hardly used is loaded late, and the SDK notes no trace of each promise and resource.
require("../../bin/codeCache.cjs")("tests");
require("../../bin/lazyModules.cjs")();
require("../../bin/promiseTraces.cjs")();
require("../../bin/sourcePositions.cjs")();
require("../../bin/load.cjs").sources();
