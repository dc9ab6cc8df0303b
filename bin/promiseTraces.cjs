"use strict";
// The SDK notes a stack trace with each of the thousand promises it makes, and shows it only with
// PULUMI_DEBUG_PROMISE_LEAKS. Mapping these to sources costs a program of forty resources 0.4 s, so without that
// variable they are left empty.
const isNote = (frame) =>
  frame?.getFunctionName() === "debuggablePromise" &&
  frame.getFileName()?.endsWith("debuggable.js") === true;

let enabled = false;

/** From now on, in this process. */
module.exports = function plainPromiseTraces() {
  if (enabled || process.env.PULUMI_DEBUG_PROMISE_LEAKS) return;
  enabled = true;
  // Whoever maps traces sets Error.prepareStackTrace, often calls what was there before, and may put it back.
  const wrapped = new WeakSet();
  const withoutNotes = (inner) => {
    if (typeof inner !== "function" || wrapped.has(inner)) return inner;
    const outer = (error, frames) =>
      isNote(frames[0]) ? String(error) : inner.call(Error, error, frames);
    wrapped.add(outer);
    return outer;
  };
  let shown = withoutNotes(Error.prepareStackTrace);
  Object.defineProperty(Error, "prepareStackTrace", {
    configurable: true,
    get: () => shown,
    set: (value) => {
      shown = withoutNotes(value);
    },
  });
};
