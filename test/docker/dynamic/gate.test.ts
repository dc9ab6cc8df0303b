import assert from "node:assert/strict";
import { gate, ready } from "../../../components/docker/dynamic/handlers";
import type { GateInputs } from "../../../components/docker/dynamic/types";
import { SERVER_PORT, Testbed } from "./testbed";

const SECRET = "s3cret-value-of-the-gate";

describe("a gate", function () {
  this.timeout(60_000);
  let bed: Testbed;

  before(async () => {
    bed = await Testbed.start("lfrt-gate");
  });

  after(() => bed.stop());

  const inputs = (names: string[], change: Partial<GateInputs> = {}): GateInputs => ({
    router: bed.router,
    targets: names.map((name) => ({ name, port: SERVER_PORT })),
    path: "/ready",
    deadlineSeconds: 20,
    revision: "r1",
    ...change,
  });

  it("opens as soon as every target answers", async () => {
    const listen = (ms: number) =>
      `setTimeout(() => require("http").createServer((q, r) => r.end("ok")).listen(${SERVER_PORT}), ${ms})`;
    const quick = await bed.container("quick", ["node", "-e", listen(0)]);
    const late = await bed.container("late", ["node", "-e", listen(1500)]);
    const started = performance.now();
    const { outs } = await gate.create(inputs([quick, late], { successes: 3 }));
    assert.deepEqual(outs.passed, ["lfrt-gate-quick:8000", "lfrt-gate-late:8000"]);
    const took = performance.now() - started;
    assert.ok(took > 1000 && took < 8000, `${took} ms`);
  });

  it("tells the last answer when the deadline is over", async () => {
    const { name } = await bed.server("unready", { READY: "503" });
    await assert.rejects(
      gate.create(inputs([name], { deadlineSeconds: 2 })),
      /GET \/ready did not give 200 within 2 s: lfrt-gate-unready:8000 said last: HTTP\/1\.1 503/,
    );
  });

  it("can expect another status", async () => {
    const { name } = await bed.server("teapot", { READY: "418" });
    await gate.create(inputs([name], { expectStatus: 418 }));
  });

  it("fails at once, with exit code and last lines but no secrets, when a target has crashed", async () => {
    const script = `console.log("no table: " + process.env.DB_PASSWORD + " " + Buffer.from(process.env.PIN).toString("hex")); process.exit(3)`;
    const env = { DB_PASSWORD: SECRET, PIN: "pin-of-the-gate" };
    const name = await bed.container("crashed", ["node", "-e", script], env);
    const started = performance.now();
    const asked = inputs([name], { deadlineSeconds: 30, secretEnv: ["PIN"] });
    await assert.rejects(gate.create(asked), (error: Error) => {
      assert.match(error.message, /container "lfrt-gate-crashed" exited with code 3/);
      assert.match(error.message, /no table: \[secret\] \[secret\]/);
      assert.ok(!error.message.includes(SECRET));
      return true;
    });
    assert.ok(performance.now() - started < 10_000);
  });

  it("fails at once when a target keeps being restarted", async () => {
    const script = `setTimeout(() => process.exit(4), 600)`;
    const name = await bed.container("looping", ["node", "-e", script], {}, true);
    const started = performance.now();
    await assert.rejects(
      gate.create(inputs([name], { deadlineSeconds: 30 })),
      /"lfrt-gate-looping" exited with code \d+ and is being restarted/,
    );
    assert.ok(performance.now() - started < 15_000);
  });

  it("fails for a target that does not exist, and for a router that does not", async () => {
    await assert.rejects(
      gate.create(inputs(["lfrt-gate-none"])),
      /"lfrt-gate-none" does not exist/,
    );
    const { name } = await bed.server("fine");
    await assert.rejects(
      gate.create(inputs([name], { router: "lfrt-gate-no-router" })),
      /cannot run a command in container "lfrt-gate-no-router": No such container/,
    );
  });

  it("asks again only for another revision", async () => {
    const news = inputs(["a"]);
    const state = { ...news, passed: [] };
    assert.equal((await gate.diff("gate-r1", state, news)).changes, false);
    const next = { ...news, revision: "r2" };
    assert.equal((await gate.diff("gate-r1", state, next)).changes, true);
  });
});

describe("waiting for a command in a container", function () {
  this.timeout(60_000);
  let bed: Testbed;

  before(async () => {
    bed = await Testbed.start("lfrt-ready");
  });

  after(() => bed.stop());

  it("ends when the command succeeds", async () => {
    const container = await bed.container("ok", ["sh", "-c", "sleep 1; touch /tmp/up; sleep 60"]);
    await ready.create({ container, command: ["test", "-e", "/tmp/up"], deadlineSeconds: 20 });
  });

  it("tells what the command said when it never does", async () => {
    const container = await bed.container("never", ["sleep", "60"]);
    const command = ["sh", "-c", "echo still starting >&2; exit 2"];
    await assert.rejects(
      ready.create({ container, command, deadlineSeconds: 1 }),
      /sh did not succeed in container "lfrt-ready-never" within 1 s[^]*still starting/,
    );
  });

  it("fails at once when the container has ended", async () => {
    const container = await bed.container("ended", ["sh", "-c", "echo no space left; exit 5"]);
    // One that never succeeds: the first attempt may come before the container has ended.
    await assert.rejects(
      ready.create({ container, command: ["false"], deadlineSeconds: 30 }),
      /"lfrt-ready-ended" exited with code 5[^]*no space left/,
    );
  });
});
