"use strict";
// Before it runs a program, the SDK makes the process its own debugger, only to know the files of functions that are
// serialized, which hardly any program does. Then V8 tells it about each module that is loaded, and loading takes half
// as long again. Here that begins with the first function that is serialized: a debugger is told about all earlier
// modules as it is enabled.
const whenLoaded = require("./sdkFiles.cjs");

let enabled = false;

/** From now on, in this process. */
module.exports = function debugLate() {
  if (enabled) return;
  enabled = true;
  whenLoaded("runtime/closure/v8Hooks.js", (hooks) => {
    const files = new Map();
    let session;
    hooks.isInitializedAsync = async () => {};
    hooks.getSessionAsync = () => (session ??= start(files));
    hooks.getScriptUrl = (id) => files.get(id);
  });
};

async function start(files) {
  const { Session } = require("inspector");
  const session = new Session();
  session.connect();
  session.on("Debugger.scriptParsed", ({ params }) => files.set(params.scriptId, params.url));
  await new Promise((resolve, reject) => {
    session.post("Debugger.enable", (error) => (error ? reject(error) : resolve()));
  });
  return session;
}
