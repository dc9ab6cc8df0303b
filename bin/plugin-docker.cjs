#!/usr/bin/env node
"use strict";
require("./lazyModules.cjs")();
require("./load.cjs")("toolchain/plugins/docker/main").main(process.argv.slice(2));
