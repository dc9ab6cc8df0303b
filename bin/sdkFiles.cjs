"use strict";
// Lets a file of the SDK's be changed as it is loaded.
const Module = require("module");
const path = require("path");

const changes = new Map();

/** Has `change` called with what a file of @pulumi/pulumi exports, and its module, before anybody else sees it. */
module.exports = function whenLoaded(file, change) {
  if (changes.size === 0) hook();
  changes.set(path.join("/node_modules", "@pulumi", "pulumi", file), change);
};

function hook() {
  const load = Module._extensions[".js"];
  Module._extensions[".js"] = function (module, filename) {
    load.call(this, module, filename);
    for (const [file, change] of changes)
      if (filename.endsWith(file)) change(module.exports, module);
  };
}
