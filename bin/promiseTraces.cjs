"use strict";
// The SDK notes a stack trace with each of the promises it makes, four for every property of every resource, and
// shows it only with PULUMI_DEBUG_PROMISE_LEAKS. That is most of the time in which a program registers its
// resources, so without that variable only the promises themselves are noted, which its look for leaks needs.
const whenLoaded = require("./sdkFiles.cjs");

let enabled = false;

/** From now on, in this process. */
module.exports = function plainPromiseTraces() {
  if (enabled || process.env.PULUMI_DEBUG_PROMISE_LEAKS) return;
  enabled = true;
  whenLoaded("runtime/debuggable.js", (noting, module) => {
    const { debuggablePromise } = noting;
    const { getStore } = module.require("./state");
    let first = true;
    noting.debuggablePromise = (promise, context) => {
      // The first has the SDK schedule its look, for the end of the process.
      if (first) {
        first = false;
        return withoutTrace(() => debuggablePromise(promise, context));
      }
      const { leakCandidates } = getStore();
      leakCandidates.add(promise);
      return promise.then(
        (value) => {
          leakCandidates.delete(promise);
          return value;
        },
        (error) => {
          leakCandidates.delete(promise);
          error.promise = promise;
          throw error;
        },
      );
    };
  });
};

function withoutTrace(run) {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
