import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Clock } from "../../../../automation/clock";
import { systemClock } from "../../../../automation/clock";
import { gone } from "../../../../automation/engine/processTree";
import { askGate } from "../../../../automation/gates";
import type { ApprovalRequest, GateIo, GateSpec, GateSubject } from "../../../../automation/gates";
import { gateSpec } from "../../../../automation/gates/spec";
import { normalizeGates } from "../../../../components/gates";
import { Problems } from "../../../../components/errors";

const subject: GateSubject = {
  service: "api",
  port: 8000,
  router: "no-router",
  fresh: { revision: "r2", containers: ["api-r2-0"] },
  weight: 25,
  moment: "during",
  release: 7,
};

function ioOf(change: Partial<GateIo> = {}): GateIo {
  return {
    env: { PATH: process.env.PATH ?? "", DB_PASSWORD: "s3cret-of-host" },
    projectDir: tmpdir(),
    clock: systemClock,
    signal: new AbortController().signal,
    tell: () => undefined,
    approval: () => Promise.resolve(undefined),
    withdraw: () => Promise.resolve(),
    ...change,
  };
}

/** A clock that passes as soon as somebody waits for it. */
function quickClock(): Clock {
  let now = 1_000_000;
  return {
    now: () => now,
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  };
}

describe("a gate's spec", () => {
  it("comes out of a stack's outputs as the components put it in", () => {
    const problems = new Problems("gates");
    const specs = normalizeGates(
      [
        { type: "http", path: "/x", json: { a: null } },
        { type: "slo", p95Ms: 5, when: ["during", "after"] },
        { type: "command", command: ["true"] },
        { type: "manual", message: "look" },
        { type: "shadow", ignore: ["time"] },
      ],
      "/ready",
      problems,
    );
    for (const spec of specs) {
      assert.deepEqual(gateSpec.parse(JSON.parse(JSON.stringify(spec))), spec);
    }
    assert.equal(gateSpec.safeParse({ type: "unknown" }).success, false);
  });
});

describe("a manual gate", () => {
  const spec: GateSpec = {
    name: "look",
    when: ["during"],
    type: "manual",
    message: "see the board",
    timeoutMs: 60_000,
  };

  it("waits for the answer, tells whose it is, and stops asking", async () => {
    for (const approved of [true, false]) {
      let looks = 0;
      const withdrawn: ApprovalRequest[] = [];
      const found = await askGate(
        spec,
        subject,
        ioOf({
          clock: quickClock(),
          approval: () =>
            Promise.resolve(++looks < 4 ? undefined : { approved, by: "ada@host", reason: "fine" }),
          withdraw: (request) => Promise.resolve(void withdrawn.push(request)),
        }),
      );
      assert.equal(found.passed, approved);
      assert.equal(found.reason, `${approved ? "approved" : "rejected"} by ada@host: fine`);
      assert.deepEqual(withdrawn, [
        { release: 7, service: "api", gate: "look", message: "see the board" },
      ]);
      assert.deepEqual([found.moment, found.weight, found.type], ["during", 25, "manual"]);
      assert.equal(found.durationMs, 3000);
    }
  });

  it("fails when nobody answers in time, and bears a store that does not answer", async () => {
    const io = { clock: quickClock(), approval: () => Promise.reject(new Error("store away")) };
    const found = await askGate(spec, subject, ioOf(io));
    assert.equal(found.passed, false);
    assert.equal(found.reason, "nobody answered within 60 s; the last look failed: store away");
  });

  it("rejects on abort, also before it began", async () => {
    const abort = new AbortController();
    let withdrawn = 0;
    const withdraw = () => {
      withdrawn++;
      return Promise.resolve();
    };
    const asked = askGate(spec, subject, ioOf({ signal: abort.signal, withdraw }));
    setImmediate(() => {
      abort.abort("enough");
    });
    await assert.rejects(asked, { code: "cancelled" });
    await assert.rejects(askGate(spec, subject, ioOf({ signal: abort.signal })), {
      code: "cancelled",
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(withdrawn, 1);
  });
});

describe("a command gate on the machine that deploys", () => {
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "landfall-gate-"));
  });

  after(() => rm(dir, { recursive: true, force: true }));

  const node = (script: string, timeoutMs = 20_000): GateSpec => ({
    name: "smoke",
    when: ["before"],
    type: "command",
    command: [process.execPath, "-e", script],
    on: "host",
    timeoutMs,
  });
  const io = (change: Partial<GateIo> = {}): GateIo => ioOf({ projectDir: dir, ...change });

  it("runs in the project's folder, is told what it is about, and passes with exit code 0", async () => {
    const script = `
      const { LANDFALL_SERVICE, LANDFALL_RELEASE, LANDFALL_REVISION } = process.env;
      console.log(process.cwd(), LANDFALL_SERVICE, LANDFALL_RELEASE, LANDFALL_REVISION);`;
    const found = await askGate(node(script), subject, io());
    assert.equal(found.passed, true);
    assert.equal(found.measured["output"], `${dir} api 7 r2`);
  });

  it("fails with exit code and last lines, without secrets", async () => {
    const script = `for (let i = 0; i < 1e5; i++) console.log(i); console.log(process.env.DB_PASSWORD);
      process.exitCode = 4;`;
    const { passed, reason } = await askGate(node(script), subject, io());
    assert.equal(passed, false);
    assert.match(reason, /ended with exit code 4\nits last lines:\n/);
    assert.match(reason, /\[secret\]/);
    assert.ok(!reason.includes("s3cret-of-host") && reason.length < 4000);
  });

  it("fails when the program is not there, and when a signal ends it", async () => {
    const none = { ...node(""), command: ["no-such-program-here"] } as GateSpec;
    assert.match((await askGate(none, subject, io())).reason, /could not be started: .*ENOENT/);
    const killed = node("process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 9e4)");
    assert.match((await askGate(killed, subject, io())).reason, /was ended by SIGTERM/);
  });

  const parent = `
    const child = require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 9e4)"]);
    console.log("pids", process.pid, child.pid);
    setTimeout(() => {}, 9e4);`;

  it("is ended with its children at the timeout", async () => {
    const found = await askGate(node(parent, 1500), subject, io());
    assert.match(found.reason, /did not end within 1\.5 s/);
    const pids = /pids (\d+) (\d+)/.exec(String(found.measured["output"]))?.slice(1).map(Number);
    assert.equal(pids?.length, 2);
    assert.deepEqual(await gone(pids, 10_000), []);
  });

  it("is not waited for because of what it leaves behind with its output open", async () => {
    const script = `
      const child = require("child_process").spawn("sleep", ["3"], { stdio: "inherit", detached: true });
      child.unref(); process.exit(0);`;
    const found = await askGate(node(script), subject, io());
    assert.equal(found.passed, true, found.reason);
  });
});
