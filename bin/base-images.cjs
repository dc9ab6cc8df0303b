#!/usr/bin/env node
"use strict";
require("./load.cjs")("toolchain/images/main")
  .main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
