"use strict";
// Lets a file of the SDK's be changed as it is loaded.
const Module = require("module");
const path = require("path");

const changes = new Map();

/**
 * Has `change` called with what a file of @pulumi/pulumi exports, and its module, before anybody else sees it; at once
 * where it is loaded already.
 */
module.exports = function whenLoaded(file, change) {
  if (changes.size === 0) hook();
  const end = path.join("/node_modules", "@pulumi", "pulumi", file);
  changes.set(end, change);
  for (const [filename, module] of Object.entries(require.cache))
    if (filename.endsWith(end) && module.loaded) change(module.exports, module);
};

function hook() {
  const load = Module._extensions[".js"];
  Module._extensions[".js"] = function (module, filename) {
    load.call(this, module, filename);
    for (const [file, change] of changes)
      if (filename.endsWith(file)) change(module.exports, module);
  };
}
