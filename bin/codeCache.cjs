"use strict";
// An update starts half a dozen processes that load some hundred modules each, and compiling them is a third of that.
// Here V8's compiled code is kept from one start to the next: with the functions that had run when it was taken, which
// is what makes the difference. Node does the same from 22.1 on (module.enableCompileCache); older ones get it here.
const { createHash } = require("crypto");
const fs = require("fs");
const Module = require("module");
const path = require("path");
const vm = require("vm");

const root = path.resolve(__dirname, "..");
const packages = `${path.sep}node_modules${path.sep}`;
/** Time after which a process has loaded what it starts with; the engine may end it any time later. */
const SETTLED_MILLISECONDS = 400;
/** What has grown beyond that is begun anew. */
const LARGEST_BYTES = 32 * 1024 * 1024;

let enabled = false;

/** From now on, in this process; its name tells the caches of different programs apart. */
module.exports = function keepCode(name) {
  const folder = enabled ? undefined : folderOfCaches();
  if (folder === undefined) return;
  enabled = true;
  if (typeof Module.enableCompileCache === "function") Module.enableCompileCache(folder);
  else keepIn(path.join(folder, `${keyOf(name)}.bin`));
};

/** Set-up names it for what the engine starts; else it is the checkout's, or the project's in this folder. */
function folderOfCaches() {
  const { LANDFALL_CODE_CACHE: named, NODE_OPTIONS: options = "" } = process.env;
  // A debugger, a profiler and a measurement of what is covered want the sources as they are.
  const looked = [...process.execArgv, options, process.env.NODE_V8_COVERAGE ?? ""].join(" ");
  if (named === "" || /--inspect|--prof|--cpu-prof|coverage/i.test(looked)) return undefined;
  if (named !== undefined) return named;
  const base = [root, process.cwd()].find((each) => fs.existsSync(path.join(each, ".landfall")));
  return base === undefined ? undefined : path.join(base, ".landfall", "cache", "code");
}

/** Code is of one version of V8 with one set of flags. */
function keyOf(name) {
  const flags = [
    ...process.execArgv.filter((each) => each.startsWith("--")),
    process.env.NODE_OPTIONS ?? "",
  ];
  const of = JSON.stringify([process.version, process.arch, flags]);
  return `${name}-${createHash("sha256").update(of).digest("hex").slice(0, 12)}`;
}

function keepIn(file) {
  const kept = read(file);
  /** What this process has compiled or taken from the cache, by the file's path. */
  const scripts = new Map();
  let news = 0;
  const compile = Module.prototype._compile;
  Module.prototype._compile = function (content, filename, format) {
    if (!isKept(content, filename, format)) return compile.call(this, content, filename, format);
    const hash = hashOf(content);
    const entry = kept.get(filename);
    const script = scriptOf(content, filename, entry?.hash === hash ? entry.code : undefined);
    // Whatever it is, the loader knows what to do, or say.
    if (script === undefined) return compile.call(this, content, filename, format);
    if (entry?.hash !== hash || script.cachedDataRejected === true) news++;
    scripts.set(filename, { hash, script });
    return call(script, this, filename);
  };
  const write = () => {
    if (news > 0) replace(file, read(file), scripts);
    news = 0;
  };
  setTimeout(write, SETTLED_MILLISECONDS).unref();
  process.once("exit", write);
}

/** A user's own files come and go; and what imports dynamically can do so only as the loader itself has compiled it. */
function isKept(content, filename, format) {
  return (
    (filename.startsWith(root + path.sep) || filename.includes(packages)) &&
    (format === undefined || format === "commonjs") &&
    !content.includes("import(")
  );
}

/** undefined where it is no CommonJS. */
function scriptOf(content, filename, cachedData) {
  try {
    // On a line of its own: then lines and columns of traces are the file's.
    const text = `(function (exports, require, module, __filename, __dirname) {\n${content.replace(/^#!/, "//")}\n})`;
    return new vm.Script(text, { filename, lineOffset: -1, cachedData });
  } catch {
    return undefined;
  }
}

/** As the loader itself calls a module. */
function call(script, module, filename) {
  const require = (id) => module.require(id);
  require.resolve = (request, options) => Module._resolveFilename(request, module, false, options);
  require.resolve.paths = (request) => Module._resolveLookupPaths(request, module);
  require.main = process.mainModule;
  require.extensions = Module._extensions;
  require.cache = Module._cache;
  const wrapped = script.runInThisContext();
  return Reflect.apply(wrapped, module.exports, [
    ...[module.exports, require, module, filename, path.dirname(filename)],
  ]);
}

/** By file path: hash of the source, and the code. What is not as it was written is begun anew: V8 believes all it is given. */
function read(file) {
  try {
    const whole = fs.readFileSync(file);
    const end = 4 + whole.readUInt32LE(0);
    const { hash: wanted, entries } = JSON.parse(whole.toString("utf8", 4, end));
    const codes = whole.subarray(end);
    if (hashOf(codes) !== wanted) return new Map();
    return new Map(
      entries.map(([filename, hash, from, length]) => {
        return [filename, { hash, code: codes.subarray(from, from + length) }];
      }),
    );
  } catch {
    return new Map();
  }
}

/** The cache is a convenience: where it cannot be written, everything is only slower. */
function replace(file, kept, scripts) {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const all = new Map(kept);
    for (const [filename, { hash, script }] of scripts)
      all.set(filename, { hash, code: script.createCachedData() });
    const total = [...all.values()].reduce((sum, { code }) => sum + code.length, 0);
    if (total > LARGEST_BYTES)
      for (const filename of kept.keys()) if (!scripts.has(filename)) all.delete(filename);
    let from = 0;
    const entries = [...all].map(([filename, { hash, code }]) => {
      from += code.length;
      return [filename, hash, from - code.length, code.length];
    });
    const codes = Buffer.concat([...all.values()].map(({ code }) => code));
    const head = Buffer.from(JSON.stringify({ hash: hashOf(codes), entries }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(head.length);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(temporary, Buffer.concat([length, head, codes]));
    fs.renameSync(temporary, file);
  } catch {
    fs.rmSync(temporary, { force: true });
  }
}

function hashOf(content) {
  return createHash("sha1").update(content).digest("base64");
}
