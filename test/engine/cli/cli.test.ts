import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { HistoryResult, OutputsResult, StatusResult, UpResult } from "../../../automation";
import { descendantsOf, isAlive } from "../../../automation/engine/processTree";
import type { TestProject } from "../automation/support";
import { cliProject, errorOf, landfall, services, start, startNode } from "./support";

describe("landfall on the real engine", () => {
  let project: TestProject;

  afterEach(() => {
    project.remove();
  });

  it("deploys, says unchanged, shows, and destroys, with an exit code and one document each", async () => {
    project = await cliProject(`
      new Thing("a", { value: "1" });
      console.log("hello from the program");
      exports.greeting = "hi";
      exports.password = pulumi.secret("open-sesame-42");
      ${services}`);
    const up = await landfall(project, ["up", "-m", "first"]);
    assert.equal(up.code, 0, up.stdout + up.stderr);
    assert.match(up.stdout, /^ +\d\.\ds {2}\+ Thing a created/m);
    assert.match(up.stdout, /hello from the program/);
    assert.match(up.stdout, /^✔ deployed {2}dev · release 1 · /m);
    assert.equal(up.stdout.includes("\u001b"), false);
    assert.equal(up.stderr, "");

    const again = await landfall(project, ["up", "--json"]);
    assert.deepEqual([again.code, again.stderr], [0, ""]);
    assert.equal((JSON.parse(again.stdout) as UpResult).verdict, "unchanged");

    const outputs = await landfall(project, ["outputs", "--json"]);
    const shown = (JSON.parse(outputs.stdout) as OutputsResult).outputs;
    assert.deepEqual(shown.greeting, { value: "hi", secret: false });
    assert.deepEqual(shown.password, { value: "[secret]", secret: true });
    assert.match((await landfall(project, ["outputs"])).stdout, /^greeting +hi$/m);

    const history = await landfall(project, ["history", "--json"]);
    const { releases } = JSON.parse(history.stdout) as HistoryResult;
    assert.deepEqual(
      releases.map(({ number, message }) => [number, message]),
      [[1, "first"]],
    );
    assert.match((await landfall(project, ["history"])).stdout, /^1 +deployed .* first$/m);

    const refused = await landfall(project, ["destroy"]);
    assert.equal(refused.code, 6);
    const destroyed = await landfall(project, ["destroy", "--yes", "--remove"]);
    assert.equal(destroyed.code, 0, destroyed.stderr);
    assert.match(destroyed.stdout, /^✔ destroyed {2}dev · 2 deleted · /m);
    const gone = await landfall(project, ["status", "--json"]);
    assert.deepEqual([gone.code, errorOf(gone).code], [2, "stack_not_found"]);
  });

  it("exits with 1 when a resource fails, with the provider's words and what to do", async () => {
    project = await cliProject(
      `new Thing("a", { value: "1", fail: "no space left" }); ${services}`,
    );
    const plain = await landfall(project, ["up"]);
    assert.equal(plain.code, 1, plain.stdout + plain.stderr);
    assert.match(plain.stdout, /✖ Thing a create failed/);
    assert.match(plain.stdout, /^✖ failed {2}dev[^]*no space left[^]*→ /m);
    const json = await landfall(project, ["up", "--json"]);
    const result = JSON.parse(json.stdout) as UpResult;
    assert.deepEqual([json.code, json.stderr, result.verdict], [1, "", "failed"], json.stdout);
    assert.equal(result.error?.code, "resource_failed");
  });

  it("exits with 2 on wrong config, names every key, and creates nothing", async () => {
    const schema = {
      webPort: { type: "integer", description: "port" },
      replicas: { type: "integer", default: 1 },
    };
    project = await cliProject(`new Thing("a", { value: "1" }); ${services}`, { schema });
    project.config("dev", { webPort: "eighty", replicas: "many" });
    const wrong = await landfall(project, ["up"]);
    assert.equal(wrong.code, 2, wrong.stdout + wrong.stderr);
    assert.match(wrong.stderr, /tiny:webPort[^]*"eighty"[^]*tiny:replicas[^]*"many"/);
    assert.equal(wrong.stdout.includes("created"), false);
    const status = await landfall(project, ["status", "--json"]);
    if (status.code === 0) assert.equal((JSON.parse(status.stdout) as StatusResult).resources, 0);
    const nowhere = await landfall(project, ["up", "-C", "/", "--json"]);
    assert.deepEqual([nowhere.code, errorOf(nowhere).code], [2, "project_not_found"]);
    const misspelt = await landfall(project, ["up", "-s", "dve", "--json"]);
    assert.deepEqual([misspelt.code, errorOf(misspelt).code], [2, "stack_not_found"]);
  });

  it("exits with 5 when another update holds the lock, and waits for it with --wait", async () => {
    project = await cliProject(`
      const fs = require("fs");
      const go = new Promise((goOn) => {
        const timer = setInterval(() => {
          if (!fs.existsSync(__dirname + "/go")) return;
          clearInterval(timer);
          goOn("1");
        }, 50);
      });
      fs.writeFileSync(__dirname + "/journal", "started");
      new Thing("a", { value: pulumi.output(go) });
      ${services}`);
    const first = start(project, ["up"]);
    await waitForFile(join(project.dir, "journal"));
    const second = await landfall(project, ["up", "--json"]);
    assert.deepEqual([second.code, errorOf(second).code], [5, "locked"], second.stdout);
    const third = start(project, ["up", "--wait", "60"]);
    await third.prints("waiting for the lock of ");
    writeFileSync(join(project.dir, "go"), "");
    assert.equal((await first.finished).code, 0);
    const waited = await third.finished;
    assert.equal(waited.code, 0, waited.stderr);
    assert.match(waited.stdout, /^✔ unchanged {2}dev/m);
  });

  it("cancels on the first interrupt, and the next update goes on from there", async () => {
    project = await cliProject(`
      const a = new Thing("a", { value: "1", ms: 3000, journal: __dirname + "/journal" });
      new Thing("b", { value: "2" }, { dependsOn: [a] }); ${services}`);
    const up = start(project, ["up"]);
    await waitForFile(join(project.dir, "journal"));
    up.child.kill("SIGINT");
    const cancelled = await up.finished;
    assert.equal(cancelled.code, 130, cancelled.stdout + cancelled.stderr);
    assert.match(cancelled.stdout, /Cancelling: /);
    assert.match(cancelled.stderr, /▲ cancelled/);
    const next = await landfall(project, ["up"]);
    assert.equal(next.code, 0, next.stdout + next.stderr);
    assert.match(next.stdout, /\+ Thing b created/);
  });

  it("stops at once on the second interrupt and leaves no process; the next update says what that left", async () => {
    project = await cliProject(`
      new Thing("a", { value: "1", ms: Number(process.env.SLOW), journal: __dirname + "/journal" });
      ${services}`);
    const up = start(project, ["up"], { SLOW: "60000" });
    await waitForFile(join(project.dir, "journal"));
    const offspring = await descendantsOf(up.child.pid ?? 0);
    assert.ok(offspring.length > 0);
    up.child.kill("SIGINT");
    await up.prints("Interrupt again");
    const before = Date.now();
    up.child.kill("SIGINT");
    assert.equal((await up.finished).code, 130);
    assert.ok(Date.now() - before < 3000);
    assert.deepEqual(offspring.filter(isAlive), []);
    const next = await landfall(project, ["up"], { SLOW: "0" });
    // Nobody is locked out. Of a resource that cannot be asked for, only its owner knows whether it exists.
    assert.equal(next.code, 1, next.stdout + next.stderr);
    assert.match(next.stderr, /✖ pending operations\n[^]*test:Thing::a: creating had begun/);
  });

  it("brings an update to its end when the reader of its output goes away", async () => {
    project = await cliProject(`
      new Thing("a", { value: "1", ms: 1500, journal: __dirname + "/journal" }); ${services}`);
    const up = start(project, ["up"]);
    await up.prints("update");
    up.child.stdout?.destroy();
    await up.finished;
    assert.match(readFileSync(join(project.dir, "journal"), "utf8"), /created 1/);
    const again = await landfall(project, ["up", "--json"]);
    assert.equal((JSON.parse(again.stdout) as UpResult).verdict, "unchanged");
  });

  it("starts fast enough to ask for help often: within five times what Node itself takes", async () => {
    project = await cliProject(services);
    const times = { help: [] as number[], node: [] as number[] };
    for (let i = 0; i < 5; i++) {
      times.node.push(await timed(() => startNode(["-e", "0"])));
      times.help.push(await timed(() => landfall(project, ["--help"])));
    }
    // The fastest of each: the machine may be busy with other suites.
    const [help, node] = [Math.min(...times.help), Math.min(...times.node)];
    assert.ok(help < 5 * node, `${Math.round(help)} ms, Node alone ${Math.round(node)} ms`);
  });
});

async function timed(run: () => Promise<{ code: number | null }>): Promise<number> {
  const before = performance.now();
  assert.equal((await run()).code, 0);
  return performance.now() - before;
}

async function waitForFile(file: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      if (readFileSync(file, "utf8") !== "") return;
    } catch {
      // Not there yet.
    }
    assert.ok(Date.now() < deadline, `${file} did not appear`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}
