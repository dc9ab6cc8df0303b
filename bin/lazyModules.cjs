"use strict";
// Packages load at their start what hardly any program of ours uses: the SDK npm's own resolver and the TypeScript
// compiler (for functions that are serialized), the automation API, tracing and the comparison of versions, which is
// most of its 800 modules; dockerode SSH, BuildKit and tars; zod 60 languages. Our dynamic resources themselves need
// dockerode only to change something. Here all that is loaded on first use.
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
      "@opentelemetry/api",
      "@opentelemetry/exporter-zipkin",
      "@opentelemetry/instrumentation",
      "@opentelemetry/instrumentation-grpc",
      "@opentelemetry/resources",
      "@opentelemetry/sdk-trace-base",
      "@opentelemetry/sdk-trace-node",
    ],
  ],
  ["@pulumi/pulumi/cmd/run/run.js", ["semver"]],
  ["@pulumi/pulumi/runtime/rpc.js", ["semver"]],
  ["@pulumi/pulumi/runtime/closure/rewriteSuper.js", ["semver"]],
  ["docker-modem/lib/modem.js", ["./ssh"]],
  ["dockerode/lib/docker.js", ["./session"]],
  ["dockerode/lib/util.js", ["tar-fs"]],
  ["zod/v4/classic/external.cjs", ["../locales/index.cjs"]],
  ["zod/v4/core/index.cjs", ["../locales/index.cjs"]],
].map(([by, asked, exported]) => ({ by: path.join("/node_modules", by), asked, exported }));
for (const extension of ["ts", "js"]) {
  const by = path.join("/components/docker/dynamic", `client.${extension}`);
  LATE.push({ by, asked: ["dockerode"] });
}

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
  // Bound, a function can be called and constructed, and has no property of its own that must be seen.
  return new Proxy(function () {}.bind(), {
    get(_, key) {
      // Else TypeScript's import helpers would copy it at once.
      if (key === "__esModule") return true;
      return key === "default" && !real().__esModule ? real() : real()[key];
    },
    has: (_, key) => key in real(),
    ownKeys: () => Reflect.ownKeys(real()),
    getOwnPropertyDescriptor: (_, key) =>
      Object.hasOwn(real(), key)
        ? { value: real()[key], enumerable: true, configurable: true, writable: true }
        : undefined,
    apply: (_, self, values) => Reflect.apply(real(), self, values),
    construct: (_, values) => Reflect.construct(real(), values),
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
