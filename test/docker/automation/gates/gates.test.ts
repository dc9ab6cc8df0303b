import assert from "node:assert/strict";

import { askGate } from "../../../../automation/gates";
import type { GateEvidence } from "../../../../automation/gates";
import { route } from "../../../../components/docker/dynamic/handlers";
import { client, SERVER_PORT, Testbed, until } from "../../dynamic/testbed";
import { commandSpec, httpSpec, ioOf, shadowSpec, sloSpec, subjectOf, target } from "./support";

const SECRET = "s3cret-of-the-gates";

describe("gates on real containers", function () {
  this.timeout(120_000);
  let bed: Testbed;
  let stable: string;
  let fresh: string;

  before(async () => {
    bed = await Testbed.start("lfgate-all", [80]);
    stable = await target(bed, "stable", { DB_KEY: SECRET });
    fresh = await target(bed, "fresh", { DB_KEY: SECRET });
    await until("both answer", async () => {
      const spec = httpSpec({ deadlineMs: 10_000 });
      return (await askGate(spec, subjectOf(bed, [fresh, stable]), ioOf())).passed;
    });
  });

  after(() => bed.stop());

  describe("http", () => {
    it("passes when every new container gives the status and the JSON", async () => {
      const json = { status: "ok", "checks.db": true };
      const found = await askGate(httpSpec({ json }), subjectOf(bed, [fresh, stable]), ioOf());
      assert.equal(found.reason, "GET /json: 2 of 2 new containers gave the expected answer");
      assert.deepEqual(found.measured, { path: "/json", questions: 2, wrong: {} });
    });

    it("fails with what was answered instead, secrets left out", async () => {
      const leaky = await target(bed, "ill", { KEY: SECRET });
      const json = { "checks.db": true, key: "none", nothing: 1 };
      const spec = httpSpec({ json, deadlineMs: 4000 });
      const found = await askGate(spec, subjectOf(bed, [fresh, leaky]), ioOf());
      assert.equal(found.passed, false);
      assert.match(found.reason, /"lfgate-all-ill": checks\.db is false, expected true/);
      assert.match(found.reason, /key is "\[secret\]", expected "none", nothing is nothing/);
      assertNoSecret(found);
      await bed.remove(leaky);
    });

    it("fails for another status, a body that is too long, and no answer", async () => {
      const subject = subjectOf(bed, [fresh]);
      const teapot = await askGate(httpSpec({ status: 418 }), subject, ioOf());
      assert.match(teapot.reason, /status 200, expected 418/);
      const big = await askGate(httpSpec({ path: "/big", json: { a: 1 } }), subject, ioOf());
      assert.match(big.reason, /longer than 256 KiB/);
      const silent = await askGate(httpSpec({ path: "/hang" }), subject, ioOf());
      assert.match(silent.reason, /no answer/);
    });
  });

  describe("command", () => {
    it("runs in a new container and tells its exit code and last lines without secrets", async () => {
      const subject = subjectOf(bed, [fresh]);
      const good = await askGate(commandSpec(["node", "-e", "console.log(1)"]), subject, ioOf());
      assert.equal(good.reason, `node in "${fresh}" ended with exit code 0`);
      const script =
        "console.log(process.env.DB_KEY, process.env.LANDFALL_REVISION); process.exit(3)";
      const bad = await askGate(commandSpec(["node", "-e", script]), subject, ioOf());
      assert.match(bad.reason, /ended with exit code 3\nits last lines:\n\[secret\] r2$/);
      assert.equal(bad.passed, false);
      const none = await askGate(commandSpec(["no-such-program"]), subject, ioOf());
      assert.equal(none.passed, false);
    });

    it("ends what runs in a container at the timeout", async () => {
      const spec = commandSpec(["sh", "-c", "sleep 571 & sleep 572"], { timeoutMs: 1500 });
      const found = await askGate(spec, subjectOf(bed, [fresh]), ioOf());
      assert.match(found.reason, /did not end within 1\.5 s$/);
      const running = await processesIn(fresh);
      assert.ok(!running.includes("sleep 57"), running);
    });

    it("says so when the container dies under it", async () => {
      const doomed = await target(bed, "doomed");
      const script = "process.kill(1, 'SIGTERM'); setTimeout(() => {}, 60000)";
      const spec = commandSpec(["node", "-e", script]);
      const found = await askGate(spec, subjectOf(bed, [doomed]), ioOf());
      assert.match(found.reason, /did not end by itself: container "lfgate-all-doomed" exited/);
      await bed.remove(doomed);
    });
  });

  describe("shadow", () => {
    it("passes where only what is ignored differs, and copies real traffic", async () => {
      await route.create({
        ...bed.inputs("api", 80, [{ name: stable, port: SERVER_PORT }]),
        check: { path: "/json", intervalSeconds: 1 },
      });
      const port = await bed.hostPort(80);
      const over = new AbortController();
      const traffic = (async () => {
        while (!over.signal.aborted) {
          await fetch(`http://127.0.0.1:${port}/json?of=nobody`).then((r) => r.text());
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      })();
      try {
        const found = await askGate(shadowSpec(), subjectOf(bed, [fresh], [stable]), ioOf());
        assert.equal(found.passed, true, found.reason);
        const { compared, copied } = found.measured as Record<string, number>;
        assert.equal(compared, 20);
        assert.ok((copied ?? 0) > 5, found.reason);
      } finally {
        over.abort();
        await traffic;
      }
    });

    it("fails with examples where answers differ, and shows no texts of them", async () => {
      const other = await target(bed, "other", { SLOWER: "2", KEY: SECRET });
      const ready = httpSpec({ deadlineMs: 10_000 });
      assert.ok((await askGate(ready, subjectOf(bed, [other]), ioOf())).passed);
      const found = await askGate(shadowSpec(), subjectOf(bed, [other], [stable]), ioOf());
      assert.equal(found.passed, false);
      const { examples, different } = found.measured as { examples: unknown[]; different: number };
      assert.equal(different, 20);
      assert.equal(examples.length, 5);
      assert.deepEqual(examples[0], {
        path: "/json",
        at: "key",
        fresh: `a text of ${SECRET.length} characters`,
        stable: "a text of 0 characters",
      });
      assertNoSecret(found);
      await bed.remove(other);
    });

    it("fails when nothing can be compared, passes when there is no old revision", async () => {
      const spec = shadowSpec({ ignore: [] });
      const found = await askGate(spec, subjectOf(bed, [fresh], [stable]), ioOf());
      assert.match(
        found.reason,
        /nothing could be compared: the old revision's own answers differ/,
      );
      assert.equal((await askGate(spec, subjectOf(bed, [fresh]), ioOf())).passed, true);
    });
  });

  describe("an slo gate", () => {
    it("counts real traffic apart, and fails by it alone", async () => {
      // Healthy at the probed path, and ill for real requests: /hang is answered by nobody.
      const inputs = {
        ...bed.inputs("api", 80, [{ name: fresh, port: SERVER_PORT }]),
        check: { path: "/json", intervalSeconds: 1 },
        timeouts: { responseSeconds: 1 },
      };
      await route.create(inputs);
      const port = await bed.hostPort(80);
      const spec = sloSpec({ requests: 150, path: "/json" });
      const ask = askGate(spec, subjectOf(bed, [fresh]), ioOf());
      await new Promise((resolve) => setTimeout(resolve, 800));
      const statuses = await Promise.all(
        Array.from({ length: 30 }, () =>
          fetch(`http://127.0.0.1:${port}/hang`).then(({ status }) => status),
        ),
      );
      assert.ok(statuses.every((status) => status === 504));
      const found = await ask;
      assert.match(found.reason, /30 of 30 requests of real traffic failed, allowed are 1 %/);
      const { traffic } = found.measured as { traffic: { fresh: { failed: number } } };
      assert.equal(traffic.fresh.failed, 30);
    });

    it("judges few requests as they are, and says so", async () => {
      const spec = sloSpec({ requests: 100_000, windowMs: 2000, path: "/json" });
      const found = await askGate(spec, subjectOf(bed, [fresh]), ioOf());
      assert.equal(found.passed, true, found.reason);
      assert.match(found.reason, /judged by \d+ probe requests, 100000 were wanted/);
    });

    it("fails when no answer comes, and at once when a container dies", async () => {
      const deaf = await bed.container("deaf", ["node", "-e", "setInterval(() => {}, 1000)"]);
      const few = sloSpec({ requests: 50 });
      const found = await askGate(few, subjectOf(bed, [deaf]), ioOf());
      assert.match(found.reason, /none of \d+ probe requests was answered well/);
      assert.deepEqual(found.passed, false);
      await bed.remove(deaf);
      const doomed = await target(bed, "dying");
      const asked = askGate(sloSpec({ requests: 10_000 }), subjectOf(bed, [doomed]), ioOf());
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await client.getContainer(doomed).kill();
      assert.match((await asked).reason, /"lfgate-all-dying" exited with code/);
    });
  });

  it("fail with the reason when there is nobody to ask", async () => {
    const absent = await askGate(httpSpec(), subjectOf(bed, ["lfgate-all-none"]), ioOf());
    assert.equal(absent.reason, 'container "lfgate-all-none" does not exist');
    const noRouter = { ...subjectOf(bed, [fresh]), router: "lfgate-all-no-router" };
    assert.match((await askGate(sloSpec(), noRouter, ioOf())).reason, /does not run/);
    const env = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
    const noDaemon = await askGate(shadowSpec(), subjectOf(bed, [fresh]), ioOf({ env }));
    assert.equal(noDaemon.passed, false);
    assert.match(noDaemon.reason, /ENOENT/);
  });

  it("fail when the router goes away under them", async () => {
    const asked = askGate(sloSpec({ requests: 10_000 }), subjectOf(bed, [fresh]), ioOf());
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await client.getContainer(bed.router).kill();
    assert.match((await asked).reason, /ended early|is the router running/);
    await client.getContainer(bed.router).start();
  });

  it("end at once on abort, and leave no process behind", async () => {
    await until("the router runs", async () => {
      const { State: state } = await client.getContainer(bed.router).inspect();
      return state.Running;
    });
    const specs = [
      sloSpec({ requests: 10_000 }),
      httpSpec({ status: 418, deadlineMs: 60_000 }),
      shadowSpec({ windowMs: 60_000 }),
      commandSpec(["sleep", "573"], { timeoutMs: 60_000 }),
    ];
    for (const spec of specs) {
      const abort = new AbortController();
      const io = ioOf({ signal: abort.signal });
      const asked = askGate(spec, subjectOf(bed, [fresh], [stable]), io);
      const settled = assert.rejects(asked, { code: "cancelled" });
      setTimeout(() => {
        abort.abort();
      }, 1500);
      await settled;
    }
    for (const name of [bed.router, fresh]) {
      await until(`nothing is left in ${name}`, async () => {
        return !/sleep 573|EPOCHREALTIME|base64/.test(await processesIn(name));
      });
    }
  });
});

async function processesIn(name: string): Promise<string> {
  const running: unknown = await client.getContainer(name).top();
  return JSON.stringify(running);
}

function assertNoSecret(found: GateEvidence): void {
  assert.ok(!JSON.stringify(found).includes(SECRET));
}
