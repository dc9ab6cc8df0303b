#!/usr/bin/env node
"use strict";
require("./load.cjs")("automation/cli/main").main(process.argv.slice(2));
