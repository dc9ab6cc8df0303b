#!/usr/bin/env node
"use strict";
require("./codeCache.cjs")("landfall");
require("./lazyModules.cjs")();
require("./load.cjs")("automation/cli/main").main(process.argv.slice(2));
