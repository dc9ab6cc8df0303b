"use strict";
// Loaded by mocha (--require): leaves the peak resident memory of the process that runs the tests, in KiB, in the file of
// BENCH_PEAK_MEMORY when it ends.
const fs = require("fs");

process.on("exit", () => {
  fs.writeFileSync(process.env.BENCH_PEAK_MEMORY, String(process.resourceUsage().maxRSS));
});
