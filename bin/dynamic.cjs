"use strict";
// What the dynamic resources' providers require: see components/dynamic/providerText.ts.
module.exports = require("./load.cjs")("components/dynamic/handlers").handlers;
