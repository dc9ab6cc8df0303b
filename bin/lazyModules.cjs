"use strict";
// Packages load at their start what hardly any program of ours uses: the SDK npm's own resolver and the TypeScript
// compiler (for functions that are serialized), the automation API and tracing, which is most of its 800 modules;
// dockerode SSH and BuildKit. Here they are loaded on first use.
const Module = require("module");
const path = require("path");

// By the file that asks: what it asks for, and under which name it exports that, if it does.
const LATE = [
  ["@pulumi/pulumi/index.js", ["./automation"], "automation"],
  ["@pulumi/pulumi/runtime/closure/codePaths.js", ["@npmcli/arborist", "normalize-package-data"]],
  ["@pulumi/pulumi/runtime/closure/parseFunction.js", ["../../typescript-shim"]],
  [
    "@pulumi/pulumi/cmd/run/tracing.js",
    [
      "@opentelemetry/exporter-zipkin",
      "@opentelemetry/instrumentation",
      "@opentelemetry/instrumentation-grpc",
      "@opentelemetry/resources",
      "@opentelemetry/sdk-trace-base",
      "@opentelemetry/sdk-trace-node",
    ],
  ],
  ["docker-modem/lib/modem.js", ["./ssh"]],
  ["dockerode/lib/docker.js", ["./session"]],
].map(([by, asked, exported]) => ({ by: path.join("/node_modules", by), asked, exported }));

let enabled = false;

/** From now on, in this process. */
module.exports = function loadLate() {
  if (enabled) return;
  enabled = true;
  const load = Module._load;
  Module._load = function (request, parent, isMain) {
    const late = LATE.find(
      ({ by, asked }) => asked.includes(request) && parent?.filename?.endsWith(by) === true,
    );
    if (late === undefined) return load.call(this, request, parent, isMain);
    let loaded;
    const real = () => (loaded ??= load.call(this, request, parent, isMain));
    if (late.exported !== undefined) exportLate(parent, late.exported, real);
    return standIn(real);
  };
};

// What the asking file works with.
function standIn(real) {
  return new Proxy(() => undefined, {
    get(_, key) {
      // Else TypeScript's import helpers would copy it at once.
      if (key === "__esModule") return true;
      return key === "default" && !real().__esModule ? real() : real()[key];
    },
    has: (_, key) => key in real(),
    apply: (_, self, values) => Reflect.apply(real(), self, values),
  });
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
