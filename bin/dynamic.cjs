"use strict";
// What the dynamic resources' providers require: see components/docker/dynamic/shim.ts.
module.exports = require("./load.cjs")("components/docker/dynamic/handlers");
