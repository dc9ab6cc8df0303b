import * as assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { start } from "../../engine/cli/support";
import { randomOf, randomSecrets } from "../../support/secrets/generate";
import { LeakFinder } from "../../support/secrets/leaks";
import { tail, Watch } from "../../support/secrets/watch";
import { PORTS } from "../addresses";
import { RolloutProject } from "../rollout/project";
import type { Settings } from "../rollout/project";

/** Prints every secret that it was given, in the ways in which programs print, and says more when it cannot start. */
const SERVER = `
import base64, http.server, json, os, signal, sys, threading, urllib.parse
secrets = [value for key, value in os.environ.items() if key.startswith("KEY_")]
print(json.dumps(secrets), secrets)
for each in secrets:
    print(each, json.dumps(each, ensure_ascii=False), urllib.parse.quote(each), urllib.parse.quote_plus(each))
    for user in ["", "a", "ab"]:
        print(base64.b64encode((user + each + "!").encode()).decode(), each.encode().hex(), file=sys.stderr)
sys.stdout.flush()
if os.environ["MODE"] == "crash": raise SystemExit("cannot start with " + " ".join(secrets[-20:]))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *a): pass
server = http.server.ThreadingHTTPServer(("0.0.0.0", 8000), Handler)
signal.signal(signal.SIGTERM, lambda *a: threading.Thread(target=server.shutdown).start())
server.serve_forever()
`;

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import * as landfall from "../../../components";
const config = new pulumi.Config();
const port = config.requireNumber("port");
const environment = new landfall.Environment("shop", { docker: { publicPorts: [port] } });
const names = Array.from({ length: config.requireNumber("count") }, (_, index) => "s" + index);
const secrets = Object.fromEntries(names.map((name) => ["KEY_" + name, config.requireSecret(name)]));
const mode = config.get("mode") ?? "";
const image = { ref: config.require("image") };
if (config.getBoolean("database"))
  new landfall.ManagedPostgres("db", { environment, memory: "128MB", deletionProtection: false });
const task = new landfall.MigrationJob("task", {
  environment,
  image,
  head: config.require("version"),
  command: ["python3", "-c", "import os; print(*os.environ.values(), flush=True); exit(" + (mode === "bad" ? "3" : "0") + ")"],
  secrets,
});
const api = new landfall.ApiService("api", {
  environment,
  image,
  command: ["python3", "-c", ${JSON.stringify(SERVER)}],
  env: { MODE: mode, VERSION: config.require("version") },
  secrets,
  port: 8000,
  drain: "1s",
  features: { printing: { env: { PRINT: "on" } } },
  health: { path: "/", readiness: { path: "/", deadline: "20s" } },
  exposure: { public: { port } },
  rollout: config.getObject<landfall.RolloutArgs>("rollout") ?? {},
}, { dependsOn: task });
export const platform = "docker";
export const apiUrl = api.publicUrl;
export const services = pulumi.output({ api: api.status });
`;

const count = 500;
const staging = 20;

const seed = Number(process.env.SECRETS_SEED ?? Date.now() % 100_000);

describe(`${count} random secrets of a service on Docker (seed ${seed})`, function () {
  this.timeout(600_000);
  const project = new RolloutProject("lfsecrets", PORTS.redaction.dev, PROGRAM);
  const secrets = randomSecrets(count + staging, randomOf(seed));
  const reason = `because of ${secrets[0] ?? ""}`;
  let watch: Watch;

  const named = (values: readonly string[]): Record<string, string> =>
    Object.fromEntries(values.map((value, index) => [`s${index}`, value]));
  const configure = (settings: Settings): Promise<void> =>
    project.configure({ count, database: true, ...settings });

  before(async () => {
    await project.clear();
    await configure({ version: "1" });
    await project.setSecrets(named(secrets.slice(0, count)));
    watch = new Watch(await project.deployer(), new LeakFinder(secrets));
  });
  after(() => project.remove());

  it("are nowhere in a deploy and in the logs of a container that prints them", async () => {
    const up = await watch.run(["up"]);
    assert.equal(up.code, 0, tail(up));
    const argv = ["logs", "--service", "api"];
    const logs = await watch.run(argv);
    assert.equal(logs.code, 0, tail(logs));
    const own = await watch.process(
      "bin/landfall.cjs logs",
      start({ dir: project.dir, env: project.environment }, argv),
    );
    assert.equal(own.code, 0, own.stderr);
    for (const text of [logs.printed.json ?? "", own.stdout]) {
      const marks = text.split("[secret]").length;
      assert.ok(marks > 8 * count, `they were printed, and ${marks} were found`);
    }
    watch.expectNone();
  });

  it("are nowhere when a task and a start fail with them", async () => {
    for (const mode of ["bad", "crash"] as const) {
      await configure({ version: `2-${mode}`, mode });
      const failed = await watch.run(["up"]);
      assert.equal(failed.code, 3, tail(failed));
      assert.match(failed.printed.json ?? "", /lines[^]*\[secret\]/);
    }
    watch.expectNone();
  });

  it("are nowhere when a gate asks, is answered with one, and another fails with them all", async () => {
    const print = ["python3", "-c", "import os; print(*os.environ.values()); exit(7)"];
    const gates = [
      { type: "manual", name: "asks", when: "before" },
      { type: "command", name: "prints", when: "before", on: "container", command: print },
    ] as const;
    await configure({ version: "3", rollout: { gates } });
    const refused = watch.run(["up"]);
    const over = refused.then(() => true);
    const argv = ["approve", "--gate", "asks", "--reason", reason];
    while ((await watch.run(argv)).code !== 0)
      assert.equal(await Promise.race([over, sleep(500, false)]), false, "it ended unasked");
    const { code } = await refused;
    assert.equal(code, 3, tail(await refused));
    const { printed } = await watch.run(["show"]);
    assert.match(printed.json ?? "", /because of \[secret\]/);
    assert.match(printed.json ?? "", /ended with exit code 7[^]*\[secret\]/);
    watch.expectNone();
  });

  it("are nowhere in switches and in what looks at containers", async () => {
    await configure({ version: "1" });
    for (const argv of [
      ["stop", "api", "-m", reason],
      ["start", "api"],
      ["feature", "on", "printing"],
      ["read-only", "on", "-m", reason],
      ["read-only", "off"],
      ["status"],
      ["verify"],
    ]) {
      const seen = await watch.run(argv);
      assert.equal(seen.code, 0, `${argv.join(" ")}: ${tail(seen)}`);
    }
    watch.expectNone();
  });

  it("are nowhere in a promotion to a stack with secrets of its own", async () => {
    const own = { version: "1", count: staging, port: PORTS.redaction.staging };
    await project.configure(own, "staging");
    await project.setSecrets(named(secrets.slice(count)), "staging");
    const promoted = ["promote", "--from", "dev", "-s", "staging", "--allow-other-program"];
    for (const argv of [
      [...promoted, "-m", reason],
      ["logs", "-s", "staging"],
      ["destroy", "--yes", "--remove", "-s", "staging"],
    ]) {
      const seen = await watch.run(argv);
      assert.equal(seen.code, 0, `${argv.join(" ")}: ${tail(seen)}`);
    }
    watch.expectNone();
  });

  it("are nowhere in any file", () => {
    assert.ok(watch.files(project.dir) > 20);
    watch.expectNone();
  });
});
