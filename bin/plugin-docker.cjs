#!/usr/bin/env node
"use strict";
require("./codeCache.cjs")("plugin-docker");
require("./lazyModules.cjs")();
require("./load.cjs")("toolchain/plugins/docker/main").main(process.argv.slice(2));
