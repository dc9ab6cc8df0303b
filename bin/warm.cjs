"use strict";
// A program's process that loads the SDK before the engine has asked for the program: see toolchain/languageHost/warm.ts.
// Argument: the path of the SDK's own cmd/run.
const path = require("path");

const [run] = process.argv.slice(2);

process.once("message", ({ args, env, cwd }) => {
  process.disconnect();
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.argv = [process.execPath, run, ...args];
  // What names its file has only come now.
  require("./usedProviders.cjs")();
  require(run);
});

// Not cmd/run itself, nor what loads that: it runs as it is loaded.
require(path.resolve(path.dirname(run), "..", "..", "index.js"));
