"use strict";
// Preloaded (node --require) into every process that the engine starts for us. The engine ends its plugins
// itself; when it is killed, nobody does, and they would wait for calls for ever.
const { isMainThread } = require("worker_threads");

const parent = process.ppid;
if (isMainThread && parent > 1) {
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 500).unref();
}
