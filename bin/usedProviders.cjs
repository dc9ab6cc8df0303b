"use strict";
// Notes which default providers a program uses, for its next run: see toolchain/languageHost/providers.ts.
const fs = require("fs");
const path = require("path");
const whenLoaded = require("./sdkFiles.cjs");

const MOST = 200;

/** From now on, in this process, if the language host has named a file. */
module.exports = function noteUsedProviders() {
  const { LANDFALL_USED_PROVIDERS: file } = process.env;
  if (!file) return;
  delete process.env.LANDFALL_USED_PROVIDERS;
  const used = new Map();
  whenLoaded("proto/resource_grpc_pb.js", ({ ResourceMonitorClient: { prototype } }) => {
    const { registerResource } = prototype;
    prototype.registerResource = function (request, ...rest) {
      note(used, request);
      return registerResource.call(this, request, ...rest);
    };
  });
  process.once("exit", (code) => {
    if (code === 0) write(file, used);
  });
};

function note(used, request) {
  const type = request.getType();
  const isOfDefault = request.getCustom() && request.getProvider() === "";
  if (!isOfDefault || /^pulumi:/.test(type)) return;
  const [name] = type.split(":");
  const provider = { name, version: request.getVersion(), url: request.getPlugindownloadurl() };
  used.set(JSON.stringify(provider), provider);
}

/** In the order in which they were used: the engine starts them one after the other. */
function write(file, used) {
  const text = `${JSON.stringify([...used.values()])}\n`;
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === text) return;
    makeRoom(path.dirname(file));
    fs.writeFileSync(temporary, text);
    fs.renameSync(temporary, file);
  } catch {
    // Then the next run starts them as late as this one.
    fs.rmSync(temporary, { force: true });
  }
}

/** Programs in temporary folders are never run again. */
function makeRoom(folder) {
  fs.mkdirSync(folder, { recursive: true });
  const files = fs.readdirSync(folder);
  if (files.length >= MOST)
    for (const each of files) fs.rmSync(path.join(folder, each), { force: true });
}
