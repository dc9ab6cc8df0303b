"use strict";
// The SDK notes a stack trace with each of the promises it makes, four for every property of every resource, and
// shows it only with PULUMI_DEBUG_PROMISE_LEAKS. That is most of the time in which a program registers its
// resources, so without that variable the traces are left empty.
const whenLoaded = require("./sdkFiles.cjs");

let enabled = false;

/** From now on, in this process. */
module.exports = function plainPromiseTraces() {
  if (enabled || process.env.PULUMI_DEBUG_PROMISE_LEAKS) return;
  enabled = true;
  whenLoaded("runtime/debuggable.js", (noting) => {
    const { debuggablePromise } = noting;
    noting.debuggablePromise = (promise, context) => {
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = 0;
      try {
        return debuggablePromise(promise, context);
      } finally {
        Error.stackTraceLimit = limit;
      }
    };
  });
};
