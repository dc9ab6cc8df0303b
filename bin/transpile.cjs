"use strict";
// Lets require() take this checkout's TypeScript. ts-node does the same, but loads the compiler for it in every
// process, and an update starts half a dozen. Results are kept under the hash of the source, so they are never old.
const { createHash } = require("crypto");
const fs = require("fs");
const Module = require("module");
const path = require("path");

const OPTIONS = {
  jsc: { parser: { syntax: "typescript" }, target: "es2022", keepClassNames: true },
  module: { type: "commonjs" },
  sourceMaps: "inline",
  inlineSourcesContent: false,
};

/**
 * @param {string} root Folder of the checkout: sources outside it, and packages inside it, are left to others.
 * @returns {Map<string, string>} what was made of each source so far, with its map, by the source's path.
 */
module.exports = function transpile(root) {
  const cache = path.join(root, ".landfall", "cache", "transpiled");
  const version = JSON.stringify([require("@swc/core/package.json").version, OPTIONS]);
  const packages = `${path.sep}node_modules${path.sep}`;
  const others = Module._extensions[".ts"] ?? Module._extensions[".js"];
  const transpiled = new Map();
  mapTracesLater(transpiled);
  Module._extensions[".ts"] = (module, filename) => {
    const isOurs = filename.startsWith(root + path.sep) && !filename.includes(packages);
    if (!isOurs) return others(module, filename);
    transpiled.set(filename, compile(filename));
    module._compile(transpiled.get(filename), filename);
  };
  return transpiled;

  function compile(filename) {
    const source = fs.readFileSync(filename, "utf8");
    const hash = createHash("sha256").update(`${version}\n${filename}\n${source}`).digest("hex");
    const kept = path.join(cache, `${hash}.js`);
    try {
      return fs.readFileSync(kept, "utf8");
    } catch {
      // Not kept yet, or cannot be: then it is made.
    }
    const { code } = require("@swc/core").transformSync(source, {
      ...OPTIONS,
      filename,
      swcrc: false,
    });
    keep(kept, code);
    return code;
  }

  // The cache is a convenience: a read-only or full disk only makes it slower.
  function keep(file, code) {
    const temporary = `${file}.${process.pid}.tmp`;
    try {
      fs.mkdirSync(cache, { recursive: true });
      fs.writeFileSync(temporary, code);
      fs.renameSync(temporary, file);
    } catch {
      try {
        fs.rmSync(temporary, { force: true });
      } catch {
        // The folder is not there or closed: nothing was left in it.
      }
    }
  }
};

// Node's own switch for source maps reads and parses those of every package as it is loaded. Here none is looked at
// before a trace is shown.
function mapTracesLater(transpiled) {
  const previous =
    Error.prepareStackTrace ?? ((error, frames) => [error, ...frames].join("\n    at "));
  let mapped = false;
  Error.prepareStackTrace = (error, frames) => {
    if (mapped || frames.length === 0) return previous(error, frames);
    mapped = true;
    if (Error.prepareStackTrace === ours) Error.prepareStackTrace = previous;
    mapTraces(transpiled);
    return Error.prepareStackTrace(error, frames);
  };
  // As others see it: it may have been wrapped.
  const ours = Error.prepareStackTrace;
}

function mapTraces(transpiled) {
  const sdk = Module.createRequire(require.resolve("@pulumi/pulumi/package.json"));
  sdk("source-map-support").install({
    environment: "node",
    handleUncaughtExceptions: false,
    retrieveFile: (file) => transpiled.get(file) ?? null,
  });
}

module.exports.mapTraces = mapTraces;
