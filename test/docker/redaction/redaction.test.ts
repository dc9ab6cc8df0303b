import * as assert from "node:assert/strict";
import * as path from "node:path";
import { ROOT } from "../../support/program";
import { randomOf, randomSecrets } from "../../support/secrets/generate";
import { LeakFinder } from "../../support/secrets/leaks";
import { tail, Watch } from "../../support/secrets/watch";
import { RolloutProject } from "../rollout/project";

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

const count = 500;

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import * as landfall from "../../../components";
const config = new pulumi.Config();
const port = config.requireNumber("port");
const environment = new landfall.Environment("shop", { docker: { publicPorts: [port] } });
const names = Array.from({ length: ${count} }, (_, index) => "s" + index);
const secrets = Object.fromEntries(names.map((name) => ["KEY_" + name, config.requireSecret(name)]));
const mode = config.get("mode") ?? "";
const image = { ref: config.require("image") };
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
  health: { path: "/", readiness: { path: "/", deadline: "8s" } },
  exposure: { public: { port } },
  rollout: config.getObject<landfall.RolloutArgs>("rollout") ?? {},
}, { dependsOn: task });
export const platform = "docker";
export const apiUrl = api.publicUrl;
export const services = pulumi.output({ api: api.status });
`;

const seed = Number(process.env.SECRETS_SEED ?? Date.now() % 100_000);

describe(`${count} random secrets of a service on Docker (seed ${seed})`, function () {
  this.timeout(600_000);
  const project = new RolloutProject("lfsecrets", 18475, PROGRAM);
  const secrets = randomSecrets(count, randomOf(seed));
  let watch: Watch;

  before(async () => {
    await project.clear();
    await project.configure({ version: "1" });
    await project.setSecrets(
      Object.fromEntries(secrets.map((value, index) => [`s${index}`, value])),
    );
    watch = new Watch(await project.deployer(), new LeakFinder(secrets));
  });
  after(() => project.remove());

  it("are nowhere in a deploy and in the logs of a container that prints them", async () => {
    const up = await watch.run(["up"]);
    assert.equal(up.code, 0, tail(up));
    const logs = await watch.run(["logs", "--service", "api"]);
    assert.equal(logs.code, 0);
    const marks = (logs.printed.json ?? "").split("[secret]").length;
    assert.ok(marks > 8 * count, `they were printed, and ${marks} were found`);
    watch.expectNone();
  });

  it("are nowhere when a task, a start and a gate fail with them", async () => {
    for (const [mode, code] of [
      ["bad", 3],
      ["crash", 3],
    ] as const) {
      await project.configure({ version: `2-${mode}`, mode });
      const failed = await watch.run(["up"]);
      assert.equal(failed.code, code, tail(failed));
    }
    const print = ["python3", "-c", "import os; print(*os.environ.values()); exit(7)"];
    const gate = {
      type: "command",
      name: "prints",
      when: "before",
      on: "container",
      command: print,
    } as const;
    await project.configure({ version: "3", rollout: { gates: [gate] } });
    const refused = await watch.run(["up"]);
    assert.equal(refused.code, 3, tail(refused));
    const show = await watch.run(["show"]);
    assert.match(show.printed.json ?? "", /ended with exit code 7[^]*\[secret\]/);
    watch.expectNone();
  });

  it("are nowhere in switches and in what looks at containers", async () => {
    for (const argv of [
      ["stop", "api"],
      ["start", "api"],
      ["feature", "on", "printing"],
      ["status"],
      ["verify"],
      ["plan"],
      ["history"],
      ["prune", "--yes"],
    ]) {
      const seen = await watch.run(argv);
      assert.equal(seen.code, 0, `${argv.join(" ")}: ${tail(seen)}`);
    }
    assert.ok(watch.files(project.dir) > 20);
    watch.files(path.join(ROOT, ".landfall", "logs"));
    watch.expectNone();
  });
});
