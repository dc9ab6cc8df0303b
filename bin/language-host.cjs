#!/usr/bin/env node
"use strict";
require("./codeCache.cjs")("language-host");
require("./load.cjs")("toolchain/languageHost/main").main(process.argv.slice(2));
