"use strict";
// Preloaded with --require: leaves the peak resident memory, in KiB, of the largest process that loaded it in the file of
// BENCH_PEAK_MEMORY. Mocha loads it in the process that runs the tests and in the one that starts that.
const fs = require("fs");

const file = process.env.BENCH_PEAK_MEMORY;

process.on("exit", () => {
  const known = fs.existsSync(file) ? Number(fs.readFileSync(file, "utf8")) : 0;
  fs.writeFileSync(file, String(Math.max(known, process.resourceUsage().maxRSS)));
});
