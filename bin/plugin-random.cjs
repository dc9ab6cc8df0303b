#!/usr/bin/env node
"use strict";
require("./load.cjs")("toolchain/plugins/random/main").main(process.argv.slice(2));
