"use strict";
// What `pulumi up --policy-pack policies` runs.
require("../bin/load.cjs")("policies/pack");
