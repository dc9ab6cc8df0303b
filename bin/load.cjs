"use strict";
// The one way in for processes that are not started by ts-node: the CLI, the plugins, the dynamic provider.
// An installed package has built JavaScript under dist/; a checkout has the sources, which must never be
// shadowed by an old build, so there they are transpiled on the fly.
const fs = require("fs");
const path = require("path");

const root = path.resolve(__dirname, "..");
let transpiled;

/** Loads a module of this package by its path from the package's root, without extension. */
module.exports = function load(name) {
  return require(sources() === undefined ? path.join(root, "dist", name) : path.join(root, name));
};

/** Lets require() take a checkout's sources; what was made of each, by its path. Undefined when installed. */
module.exports.sources = sources;

function sources() {
  if (transpiled === undefined && fs.existsSync(path.join(root, "tsconfig.json")))
    transpiled = require("./transpile.cjs")(root);
  return transpiled;
}
