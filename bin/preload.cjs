"use strict";
// Preloaded (node --require) into every process that the engine starts for us.
const util = require("util");
const { isMainThread } = require("worker_threads");

const [, script = "", entry = ""] = process.argv;
require("./codeCache.cjs")(script.endsWith("sdk-entry.cjs") ? entry : "program");
require("./lazyModules.cjs")();
require("./promiseTraces.cjs")();
require("./lateDebugger.cjs")();
require("./usedProviders.cjs")();

// What serves the run that this process belongs to: an engine that is started in here must not take it for its own.
delete process.env.PULUMI_DEBUG_LANGUAGES;
delete process.env.PULUMI_DEBUG_PROVIDERS;

// The engine ends its plugins itself; when it is killed, nobody does, and they would wait for calls for ever.
const parent = process.ppid;
if (isMainThread && parent > 1) {
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 500).unref();
}

// Node colours the packages of a stack trace, and on a path that ends right after a scope it goes on until memory
// ends (half a minute and gigabytes, in 20.20). The SDK's source maps give such paths, and the SDK inspects with
// colours every error that a program throws. Without colours the same trace takes no time.
const ENDLESS = /node_modules[\\/]@[^\\/\n]*[\\/]?[^\\/\n]*$/m;
util.inspect = new Proxy(util.inspect, {
  apply(inspect, self, [value, options, ...rest]) {
    const endless = options?.colors === true && traces(value).some((stack) => ENDLESS.test(stack));
    const safe = endless ? { ...options, colors: false } : options;
    return Reflect.apply(inspect, self, [value, safe, ...rest]);
  },
});

// The traces of an error and of what has caused it.
function traces(error, depth = 0) {
  if (!(error instanceof Error) || depth > 10) return [];
  const inner = [error.cause, ...(Array.isArray(error.errors) ? error.errors : [])];
  return [String(error.stack), ...inner.flatMap((cause) => traces(cause, depth + 1))];
}
