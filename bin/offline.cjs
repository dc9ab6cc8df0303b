"use strict";
// What `landfall plan --offline` runs a program in; `typescript` as its argument: the program is TypeScript that is not ours.
require("./lazyModules.cjs")();
require("./promiseTraces.cjs")();
if (process.argv[2] === "typescript") require("ts-node").register({ transpileOnly: true });
require("./load.cjs")("automation/offline/child").main();
