#!/usr/bin/env node
"use strict";
// Runs an entry point of the program's own @pulumi/pulumi ("dynamic-provider", "run-policy-pack") in this process.
// The engine starts it in the folder of the program or of the policy pack.
const { createRequire } = require("module");
const path = require("path");

const [entry, ...args] = process.argv.slice(2);
const name = `@pulumi/pulumi/cmd/${entry}`;
const roots = [process.cwd()];
// A program that lives in a temporary folder (automation API) has no node_modules of its own.
if (entry === "dynamic-provider") roots.push(__dirname);

let file;
for (const root of roots) {
  try {
    file = createRequire(path.join(root, "package.json")).resolve(name);
    break;
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
  }
}
if (file === undefined) {
  // The engine looks for these words and then says which dependencies to install.
  console.error(`Cannot find module '${name}' from ${process.cwd()}`);
  process.exit(1);
}
process.argv = [process.argv[0], file, ...args];
require(file);
