import assert from "node:assert/strict";
import * as net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { UpResult } from "../../../automation";
import { exitCodes } from "../../../automation/errors";
import { endsIn } from "../../support/ends";
import { Load } from "../../support/load";
import { PORTS } from "../addresses";
import { docker, getJson, TestStack, variant } from "./harness";

const NEVER_READY =
  'CMD ["node", "-e", "require(\'http\').createServer((q, s) => { s.statusCode = 503; s.end() }).listen(3000)"]';
const CRASHES = 'CMD ["node", "-e", "console.error(\'no such model\'); process.exit(7)"]';

describe("the whole stack on a real Docker engine", function () {
  this.timeout(600_000);
  const stack = new TestStack("e2e", PORTS.lifecycle);
  let first: UpResult;

  before(async () => {
    await stack.clear();
    first = await stack.up();
  });
  after(async () => {
    await stack.destroy();
  });

  /** Light load on all three ways in while something is done; none of it may fail. */
  async function unharmed(work: () => Promise<void>): Promise<void> {
    const load = new Load([
      { name: "page", count: 1, url: `${stack.webUrl}/`, pauseMs: 20 },
      { name: "health", count: 2, url: `${stack.apiUrl}/api/health`, pauseMs: 20 },
      { name: "purchases", count: 1, url: `${stack.webUrl}/api/purchases`, pauseMs: 20 },
    ]);
    try {
      await work();
    } finally {
      const { failures, requests } = await load.stop();
      assert.deepEqual(failures, [], `of ${requests} requests`);
      assert.ok(requests > 50, `only ${requests} requests`);
    }
  }

  const imageOf = (result: UpResult, service: string) =>
    result.services.find((each) => each.service === service)?.intended.digest ?? "";

  it("comes up from nothing with the verdict `deployed`, and answers", async () => {
    assert.equal(first.verdict, "deployed", JSON.stringify(first.error));
    const page = await fetch(stack.webUrl);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<!doctype html>/i);
    const health = await getJson(`${stack.apiUrl}/api/health`);
    assert.equal(health["status"], "OK", JSON.stringify(health));
    const added = await fetch(`${stack.apiUrl}/api/purchases`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ categoryId: "dairy", name: "milk" }),
    });
    assert.equal(added.status, 201, await added.text());
    const predictions = await getJson(`${stack.webUrl}/api/predictions`);
    assert.equal(predictions["degraded"], false, JSON.stringify(predictions));
  });

  it("changes nothing when nothing has changed", async () => {
    const again = await stack.up();
    assert.equal(again.verdict, "unchanged", JSON.stringify(again.error));
    assert.deepEqual(
      { ...again.changes, same: 0 },
      { create: 0, update: 0, replace: 0, delete: 0, same: 0 },
      JSON.stringify(again.resources),
    );
    const third = await stack.up();
    assert.equal(third.verdict, "unchanged", JSON.stringify(third.error));
    // What the guards of data have to see was seen: nothing would change, and nothing has since.
    const phases = third.phases.map(({ phase }) => phase);
    assert.ok(phases.includes("update") && !phases.includes("preview"), phases.join());
  });

  it("publishes only the router, on the asked address", async () => {
    const { web, api } = stack.ports;
    const ports = await docker(
      "ps",
      "--filter",
      "label=landfall.stack=e2e",
      "--format",
      "{{.Names}} {{.Ports}}",
    );
    const publishing = ports.split("\n").filter((line) => line.includes("->"));
    assert.equal(publishing.length, 1, ports);
    assert.match(
      publishing[0] ?? "",
      new RegExp(`router 127\\.0\\.0\\.1:${web}->.*127\\.0\\.0\\.1:${api}->`),
    );
  });

  it("lets nobody outside reach an internal service by forging its host", async () => {
    const response = await fetch(`${stack.apiUrl}/predict`, {
      method: "POST",
      headers: { host: "predictor", "content-type": "application/json" },
      body: "{}",
    });
    assert.equal(response.status, 404);
  });

  it("switches the predictor off and on without a failed request of the others", async () => {
    const api = () =>
      docker(
        "ps",
        "-q",
        "--filter",
        "label=landfall.stack=e2e",
        "--filter",
        "label=landfall.service=api",
      );
    const before = await api();
    await unharmed(async () => {
      const off = await stack.up({ "landfall:predictorEnabled": false });
      assert.equal(off.verdict, "deployed", JSON.stringify(off.error));
      const without = await getJson(`${stack.apiUrl}/api/health`);
      assert.equal(without["status"], "DEGRADED", JSON.stringify(without));
      await getJson(`${stack.apiUrl}/api/predictions`);
      const on = await stack.up({ "landfall:predictorEnabled": true });
      assert.equal(on.verdict, "deployed", JSON.stringify(on.error));
    });
    assert.equal(await api(), before);
    const health = await getJson(`${stack.apiUrl}/api/health`);
    assert.equal(health["status"], "OK", JSON.stringify(health));
  });

  it("leaves the old revision serving when the new one never gets ready", async () => {
    const bad = await variant(imageOf(first, "api"), NEVER_READY);
    const before = await getJson(`${stack.apiUrl}/api/version`);
    await unharmed(async () => {
      const failed = await stack.up({
        ...stack.pin({ api: bad }),
        "landfall:apiReplicas": 1,
        "landfall:readinessDeadline": "15s",
      });
      endsIn(failed, "rolled_back", exitCodes.rolledBack);
      assert.match(failed.error?.message ?? "", /api/);
      assert.deepEqual(await getJson(`${stack.apiUrl}/api/version`), before);
    });
  });

  it("fails at once when the new revision crashes, and says why it did", async () => {
    const bad = await variant(imageOf(first, "api"), CRASHES);
    await unharmed(async () => {
      stack.configure({ ...stack.pin({ api: bad }), "landfall:readinessDeadline": "60s" });
      const failed = await stack.deployer.up({ stack: stack.stack, keepFailed: true });
      assert.equal(failed.verdict, "failed");
      assert.match(JSON.stringify(failed), /no such model/);
      assert.doesNotMatch(
        JSON.stringify(failed),
        /did not give .* within/,
        "the deadline was waited for",
      );
    });
  });

  it("comes back from a failed update with the next good one, and clears what it left", async () => {
    await unharmed(async () => {
      const good = await stack.up(stack.pin({}));
      assert.notEqual(good.verdict, "failed", JSON.stringify(good.error));
    });
    const api = await docker(
      "ps",
      "-aq",
      "--filter",
      "label=landfall.stack=e2e",
      "--filter",
      "label=landfall.service=api",
    );
    assert.equal(api.split("\n").filter((line) => line !== "").length, 1);
  });

  it("rolls back to the release before, and records that as a new one", async () => {
    const next = await variant(imageOf(first, "api"), "LABEL e2e=next");
    const up = await stack.up(stack.pin({ api: next }));
    assert.equal(up.verdict, "deployed", JSON.stringify(up.error));
    await unharmed(async () => {
      const back = await stack.deployer.rollback({ stack: stack.stack });
      assert.equal(back.verdict, "deployed", JSON.stringify(back.error));
      assert.equal(imageOf(back, "api"), imageOf(first, "api"));
      assert.ok((back.release ?? 0) > (up.release ?? Infinity));
    });
    stack.configure(stack.pin({}));
  });

  it("recovers by itself after the engine was killed in the middle of an update", async () => {
    const next = await variant(imageOf(first, "api"), "LABEL e2e=killed");
    stack.configure(stack.pin({ api: next }));
    await unharmed(async () => {
      const update = stack.deployer.up({ stack: stack.stack });
      for await (const event of update.events) {
        if (event.kind !== "resource" || event.planned || !event.type.includes("Container"))
          continue;
        await killEngine(stack.state);
        break;
      }
      const killed = await update;
      endsIn(killed, "rolled_back", exitCodes.rolledBack);
      const again = await stack.up(stack.pin({ api: next }));
      assert.equal(again.verdict, "deployed", JSON.stringify(again.error));
    });
    const clean = await stack.up();
    assert.equal(clean.verdict, "unchanged", JSON.stringify(clean.resources));
  });

  it("comes back by itself after the router was killed", async () => {
    await docker("kill", "landfall-e2e-router");
    await docker("start", "landfall-e2e-router");
    await eventually(async () => {
      await getJson(`${stack.apiUrl}/api/version`);
    });
  });

  it("names the process that holds a port, and makes nothing", async () => {
    const { taken } = PORTS.lifecycle;
    const holder = net.createServer().listen(taken.web, "127.0.0.1");
    const other = new TestStack("e2e-taken", taken);
    await other.clear();
    try {
      const failed = await other.up().then(
        (result) => JSON.stringify(result),
        (error: unknown) => String(error),
      );
      assert.match(failed, new RegExp(String(taken.web)));
      assert.match(failed, new RegExp(String(process.pid)));
      assert.deepEqual(await other.objects(), []);
    } finally {
      holder.close();
      await other.destroy();
    }
  });

  it("leaves nothing behind when it is destroyed", async () => {
    await stack.destroy();
    assert.deepEqual(await stack.objects(), []);
  });
});

async function eventually(check: () => Promise<void>): Promise<void> {
  const end = Date.now() + 30_000;
  for (;;)
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(250);
    }
}

/** Kills the engine that works on a backend, by its id: as a power cut or the OOM killer would. */
async function killEngine(state: string): Promise<void> {
  const { readdir, readFile } = await import("node:fs/promises");
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const [command, environ] = await Promise.all(
      ["cmdline", "environ"].map((file) =>
        readFile(`/proc/${pid}/${file}`, "utf8").catch(() => ""),
      ),
    );
    if (/(^|\/)pulumi\0/.test(command ?? "") && (environ ?? "").includes(state))
      process.kill(Number(pid), "SIGKILL");
  }
}
