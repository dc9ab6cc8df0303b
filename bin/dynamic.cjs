"use strict";
// What the dynamic resources' providers require: see components/dynamic/shim.ts.
module.exports = require("./load.cjs")("components/dynamic/handlers").handlers;
