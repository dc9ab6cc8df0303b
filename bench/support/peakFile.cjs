"use strict";
// Preloaded by NODE_OPTIONS into a process and those that it starts: each writes its peak resident memory, in KiB.
const fs = require("fs");
const path = require("path");

process.on("exit", () => {
  const file = path.join(process.env.BENCH_PEAKS, String(process.pid));
  fs.writeFileSync(file, String(process.resourceUsage().maxRSS));
});
