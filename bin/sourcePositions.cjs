"use strict";
// The SDK tells the engine with each resource by which lines of the program it came to be. For that it takes a whole
// trace each time, and has every file of it mapped to its source: a tenth of a program's start. The state of a program
// that is this checkout's own goes without.
const whenLoaded = require("./sdkFiles.cjs");

let enabled = false;

/** From now on, in this process. */
module.exports = function withoutSourcePositions() {
  if (enabled) return;
  enabled = true;
  whenLoaded("resource.js", ({ Resource }) => {
    Resource.callsites = () => [];
  });
};
