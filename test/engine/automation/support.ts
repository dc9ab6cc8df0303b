import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { Deployer } from "../../../automation/deployer";
import type { DeployerOptions } from "../../../automation";
import type { DeployEvent } from "../../../automation/events";
import { ensureToolchain } from "../../../toolchain/setup";
import type { Toolchain } from "../../../toolchain/setup";

const root = resolve(__dirname, "../../..");

let toolchain: Promise<Toolchain> | undefined;

/** The checkout's own engine, made ready once. */
export function testToolchain(): Promise<Toolchain> {
  return (toolchain ??= ensureToolchain({ root }));
}

/** A dynamic provider that waits, fails and tells of itself as its inputs say. */
const provider = `
const fs = require("fs");
const wait = (ms) => new Promise((r) => setTimeout(r, Number(ms) || 0));
const tell = (i, what) => { if (i.journal) fs.appendFileSync(i.journal, what + " " + i.value + "\\n"); };
module.exports = {
  async create(i) {
    tell(i, "creating");
    await wait(i.ms);
    if (i.fail) throw new Error(String(i.fail));
    tell(i, "created");
    return { id: "id-" + i.value, outs: i };
  },
  async diff(id, o, n) { return { changes: o.value !== n.value, replaces: o.value !== n.value && n.replace ? ["value"] : [] }; },
  async update(id, o, n) { await wait(n.ms); if (n.fail) throw new Error(String(n.fail)); return { outs: n }; },
  async delete() {},
};
`;

const prelude = `
const pulumi = require("@pulumi/pulumi");
const config = new pulumi.Config();
const code = "exports.handler = () => require(" + JSON.stringify(__dirname + "/provider.js") + ");";
class Thing extends pulumi.CustomResource {
  constructor(name, props, opts, type) {
    super("pulumi-nodejs:dynamic/" + (type || "test:Thing"), name, { __provider: code, ...props }, opts);
  }
}
`;

export interface TestProject {
  dir: string;
  state: string;
  deployer: Deployer;
  /** Another deployer of the same project. */
  with(options: Partial<DeployerOptions>): Deployer;
  env: Record<string, string>;
  /** Replaces the program. \`Thing\`, \`pulumi\` and \`config\` are there. */
  program(source: string): void;
  /** Writes Pulumi.yaml anew, with these options of the runtime. */
  settings(options: Record<string, unknown>, main?: string): void;
  /** Writes a stack's config: values of the project's own keys, and others by their whole keys. */
  config(stack: string, values: Record<string, unknown>, others?: Record<string, unknown>): void;
  /** Keeps the folder as it is, state and all: what it gives puts it back, in the time that a copy takes. */
  keep(): () => void;
  remove(): void;
}

export interface ProjectOptions {
  name?: string;
  /** \`config:\` of Pulumi.yaml, as JSON. */
  schema?: Record<string, unknown>;
  passphrase?: string;
}

/** A small project with its own backend, inside of the checkout so that the SDK resolves. */
export async function testProject(
  source: string,
  { name = "tiny", schema, passphrase = "correct horse" }: ProjectOptions = {},
): Promise<TestProject> {
  const base = join(root, ".landfall", "tmp");
  mkdirSync(base, { recursive: true });
  const dir = mkdtempSync(join(base, "sdk-"));
  const kept = `${dir}-kept`;
  const state = join(dir, "state");
  mkdirSync(state);
  const settings = (options: Record<string, unknown>, main = "index.js"): void => {
    const runtime = { name: "nodejs", options: { typescript: false, ...options } };
    const all = { name, runtime, main, ...(schema ? { config: schema } : {}) };
    writeFileSync(join(dir, "Pulumi.yaml"), JSON.stringify(all));
  };
  settings({});
  writeFileSync(join(dir, "provider.js"), provider);
  const program = (text: string): void => {
    writeFileSync(join(dir, "index.js"), prelude + text);
  };
  program(source);
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: process.env.HOME ?? "/",
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
  };
  const options = { projectDir: dir, env, toolchain: await testToolchain() };
  return {
    dir,
    state,
    env,
    deployer: new Deployer(options),
    with: (more) => new Deployer({ ...options, ...more }),
    program,
    settings,
    config: (stack, values, others = {}) => {
      const keyed = Object.entries(values).map(([key, value]) => [`${name}:${key}`, value]);
      const file = join(dir, `Pulumi.${stack}.yaml`);
      const all = { ...(Object.fromEntries(keyed) as object), ...others };
      writeFileSync(file, JSON.stringify({ config: all }));
    },
    keep: () => {
      cpSync(dir, kept, { recursive: true, verbatimSymlinks: true });
      return () => {
        for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true });
        cpSync(kept, dir, { recursive: true, verbatimSymlinks: true });
      };
    },
    remove: () => {
      for (const folder of [dir, kept]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves with the first event that fits. */
export function eventOf(
  events: AsyncIterable<DeployEvent>,
  fits: (event: DeployEvent) => boolean,
): Promise<DeployEvent> {
  return (async () => {
    for await (const event of events) if (fits(event)) return event;
    throw new Error("the operation ended without such an event");
  })();
}
