#!/usr/bin/env node
"use strict";
require("./load.cjs")("toolchain/languageHost/main").main(process.argv.slice(2));
