#!/usr/bin/env node
"use strict";
require("./codeCache.cjs")("plugin-random");
require("./load.cjs")("toolchain/plugins/random/main").main(process.argv.slice(2));
