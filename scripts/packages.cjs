"use strict";
// npm ci, unless node_modules holds what package-lock.json asks for. Needs nothing but Node: it runs before
// everything else is there.
const { spawn } = require("child_process");
const fs = require("fs");
const path = require("path");

const LOWEST_NODE = [20, 19];
const TIMEOUT_MILLISECONDS = 10 * 60_000;
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < LOWEST_NODE[0] || (major === LOWEST_NODE[0] && minor < LOWEST_NODE[1])) {
  console.error(
    `Node ${process.versions.node} is too old: ${LOWEST_NODE.join(".")} or later is needed`,
  );
  process.exit(2);
}
if (!isInstalled()) install();

// A time stamp says little after a clone or a switch of branches; the versions do.
function isInstalled() {
  const wanted = readPackages("package-lock.json");
  const present = readPackages(path.join("node_modules", ".package-lock.json"));
  return Object.entries(wanted).every(
    ([name, entry]) =>
      name === "" ||
      (entry.optional && present[name] === undefined) ||
      (present[name] !== undefined && present[name].version === entry.version),
  );
}

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")).packages;
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw error;
  }
}

function install() {
  const log = path.resolve(".landfall", "logs", "npm-ci.log");
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const output = fs.openSync(log, "w");
  const cache = path.resolve(".landfall", "cache", "npm");
  const child = spawn(
    "npm",
    ["ci", "--cache", cache, "--prefer-offline", "--no-audit", "--no-fund"],
    {
      stdio: ["ignore", output, output],
    },
  );
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const live = process.stderr.isTTY && !process.env.CI;
  if (!live) console.error("npm packages: installing");
  const ticker = setInterval(() => {
    if (live) process.stderr.write(`\rnpm packages: installing, ${seconds()} s `);
    else if (seconds() % 15 === 0) console.error(`npm packages: installing, ${seconds()} s`);
  }, 1000);
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MILLISECONDS);
  child.once("error", (error) => end(`npm could not be started: ${error.message}`));
  child.once("close", (code, signal) => {
    end(code === 0 ? undefined : `npm ci failed (${signal ?? `exit code ${code}`})`);
  });

  function end(problem) {
    clearInterval(ticker);
    clearTimeout(timer);
    if (live) process.stderr.write("\r\u001b[K");
    if (problem === undefined) return console.error(`npm packages: installed in ${seconds()} s`);
    // npm puts the reason first and its manual after it.
    const lines = fs.readFileSync(log, "utf8").trim().split("\n");
    const errors = lines.filter((line) => /^npm error \S/.test(line)).slice(0, 8);
    const shown = (errors.length > 0 ? errors : lines.slice(-8)).join("\n  ");
    console.error(`${problem}:\n  ${shown}\nLog: ${log}`);
    console.error(
      "What to do: check that the npm registry answers (npm ping) and that the disk has room; try again.",
    );
    process.exitCode = 2;
  }
}
