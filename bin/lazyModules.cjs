"use strict";
// The SDK loads at its start what hardly any program uses: npm's own resolver and the TypeScript compiler, for functions
// that are serialized, and the automation API. That is half of its 800 modules. Here they are loaded on first use.
const Module = require("module");
const path = require("path");

// By the file of the SDK that asks: what it asks for, and how it names that among its exports, if it does.
const LATE = [
  { by: "runtime/closure/codePaths.js", asked: "@npmcli/arborist" },
  { by: "runtime/closure/parseFunction.js", asked: "../../typescript-shim" },
  { by: "index.js", asked: "./automation", exported: "automation" },
].map((late) => ({ ...late, by: path.join(path.sep, "@pulumi", "pulumi", late.by) }));

let enabled = false;

/** From now on, in this process. */
module.exports = function loadLate() {
  if (enabled) return;
  enabled = true;
  const load = Module._load;
  Module._load = function (request, parent, isMain) {
    const late = LATE.find(
      ({ by, asked }) => asked === request && parent?.filename?.endsWith(by) === true,
    );
    if (late === undefined) return load.call(this, request, parent, isMain);
    let loaded;
    const real = () => (loaded ??= load.call(this, request, parent, isMain));
    if (late.exported !== undefined) exportLate(parent, late.exported, real);
    return standIn(real);
  };
};

// What the asking file works with. Marked as an ES module, or TypeScript's import helper would copy it at once.
function standIn(real) {
  return new Proxy(
    { __esModule: true },
    {
      get: (_, key) => (key === "__esModule" ? true : real()[key]),
      has: (_, key) => key in real(),
    },
  );
}

// What users of the asking file get is the module itself: some compare modules by identity.
function exportLate(parent, name, real) {
  Object.defineProperty(parent.exports, name, {
    configurable: true,
    enumerable: true,
    get: real,
    // The file assigns its stand-in, which is not to be seen.
    set: () => undefined,
  });
}
