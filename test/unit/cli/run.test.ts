import assert from "node:assert/strict";

import {
  CancelledError,
  ConfigError,
  errorTable,
  LandfallError,
  UsageError,
  verdictExitCodes,
} from "../../../automation/errors";
import type { ErrorCode } from "../../../automation/errors";
import type { Verdict } from "../../../automation/results";
import { landfall } from "./fakes";
import { at, deployed, redeploy } from "./support";

const logLine = (line: string) =>
  at(1, {
    ...{
      kind: "log",
      service: "api",
      container: "landfall-dev-api-0",
      replica: 0,
      stream: "stdout",
    },
    at: "2025-01-02T03:04:05Z",
    line,
  });

describe("running a command", () => {
  for (const verdict of Object.keys(verdictExitCodes) as Verdict[]) {
    it(`exits with ${verdictExitCodes[verdict]} when the verdict is ${verdict}`, async () => {
      const { code, stdout } = await landfall(["up"], { result: deployed({ verdict }) });
      assert.equal(code, verdictExitCodes[verdict]);
      assert.match(stdout, new RegExp(`^[✔✖▲] ${verdict.replace("_", " ")} {2}dev`, "m"));
    });
  }

  for (const code of Object.keys(errorTable) as ErrorCode[]) {
    it(`exits with ${errorTable[code].exitCode} on the error ${code}, and says what to do`, async () => {
      const outcome = await landfall(["up"], { error: new LandfallError(code, "it went wrong") });
      assert.equal(outcome.code, errorTable[code].exitCode);
      const said = outcome.stderr.replace(/\s+/g, " ");
      assert.ok(said.includes("it went wrong"), said);
      assert.ok(said.includes(errorTable[code].fix.replace(/\s+/g, " ")), said);
    });
  }

  it("prints one line an event and then the verdict where there is no terminal", async () => {
    const { stdout, stderr } = await landfall(["up"], { events: redeploy(), result: deployed() });
    assert.match(stdout, /^.* update\n[^]*\+ Container api-9c1d-0 created in 1\.4s\n\n✔ deployed/);
    assert.equal(stdout.includes("\u001b"), false);
    assert.equal(stderr, "");
  });

  it("draws a tree at a terminal, and takes it away", async () => {
    const answer = { events: redeploy(), result: deployed() };
    const { stdout } = await landfall(["up"], answer, { terminal: true });
    assert.ok(stdout.startsWith("\u001b[?25l"));
    assert.match(stdout, /\u001b\[\?25h[^]*api-9c1d-0[^]*deployed/);
    assert.equal(stdout.split("\u001b[?25h").length, 2);
  });

  it("writes no cursor codes in CI and on a dumb terminal, even if they call themselves a TTY", async () => {
    for (const env of [{ CI: "true" }, { TERM: "dumb" }]) {
      const answer = { events: redeploy(), result: deployed() };
      const { stdout } = await landfall(["up", "--no-color"], answer, { terminal: true, env });
      assert.equal(stdout.includes("\u001b"), false);
    }
  });

  it("prints exactly one JSON document with --json, whatever happens", async () => {
    const result = deployed();
    const good = await landfall(["up", "--json"], { events: redeploy(), result });
    assert.deepEqual(JSON.parse(good.stdout), result);
    assert.equal(good.stderr, "");
    const error = new ConfigError([
      { path: "landfall:webPort", message: "must be a port, received 99999" },
      { path: "landfall:apiReplicas", message: "must be at least 1, received 0" },
    ]);
    const bad = await landfall(["up", "--json"], { events: redeploy(), error });
    assert.deepEqual(JSON.parse(bad.stdout), { error: { ...error.toJSON(), exitCode: 2 } });
    assert.deepEqual({ code: bad.code, stderr: bad.stderr }, { code: 2, stderr: "" });
    const usage = await landfall(["up", "--json", "--wiat"]);
    const { error: said } = JSON.parse(usage.stdout) as { error: Record<string, unknown> };
    assert.equal(said.code, "usage");
    assert.match(String(said.message), /unknown option '--wiat'/);
    assert.equal(usage.stderr, "");
  });

  it("prints events as JSON lines on stderr only when asked", async () => {
    const answer = { events: redeploy(), result: deployed() };
    const { stderr, stdout } = await landfall(["up", "--json", "--events"], answer);
    const lines = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    assert.deepEqual(lines, redeploy());
    assert.deepEqual(JSON.parse(stdout), deployed());
  });

  it("names wrong arguments of the SDK as options", async () => {
    const error = new UsageError([{ path: "verifyTimeout", message: "must be at most 3600" }]);
    const { stderr, code } = await landfall(["up"], { error });
    assert.match(stderr, /--verify-timeout: must be at most 3600/);
    assert.equal(code, 2);
  });

  it("shows a fault of its own as such, and where it comes from with --verbose", async () => {
    const error = new TypeError("x is not a function", { cause: new Error("deeper") });
    const { code, stderr } = await landfall(["status"], { error });
    assert.equal(code, 1);
    assert.match(stderr, /✖ internal\n {2}x is not a function/);
    assert.equal(stderr.includes("    at "), false);
    const { stderr: verbose } = await landfall(["status", "--verbose"], { error });
    assert.match(verbose, /TypeError: x is not a function\n {4}at [^]*Error: deeper\n {4}at /);
  });

  it("asks before destroying: without a terminal it needs --yes", async () => {
    const { code, stderr, calls } = await landfall(["destroy", "-s", "pr-1"]);
    assert.deepEqual({ code, calls }, { code: 6, calls: [] });
    assert.match(stderr, /everything in stack "pr-1"[^]*needs --yes/);
    const json = await landfall(["destroy", "--json"]);
    assert.equal((JSON.parse(json.stdout) as { error: { code: string } }).error.code, "refused");
    const stop = { error: new Error("enough") };
    assert.equal((await landfall(["destroy", "--dry-run"], stop)).calls.length, 1);
    assert.equal((await landfall(["destroy", "--yes"], stop)).calls.length, 1);
  });

  it("cancels on the first signal through the operation's own signal", async () => {
    const { code, stdout, stderr } = await landfall(["up"], {
      during: async ({ signal }) => {
        const aborted = new Promise((resolve) => signal?.addEventListener("abort", resolve));
        process.emit("SIGINT", "SIGINT");
        await aborted;
        throw new CancelledError(`up of stack "dev" was cancelled: ${String(signal?.reason)}`);
      },
    });
    assert.equal(code, 130);
    assert.match(stdout, /Cancelling: .* Interrupt again to stop at once/);
    assert.match(stderr, /▲ cancelled\n {2}up of stack "dev" was cancelled: received SIGINT/);
    assert.equal(process.listenerCount("SIGINT"), 0);
  });

  it("prints log lines as they come, each with its time, service and replica", async () => {
    const events = [logLine("GET / 200"), logLine("\u001b[31mred\u001b[0m \u001b[2J")];
    const result = { stack: "dev", containers: ["landfall-dev-api-0"], lines: 2 };
    const { stdout } = await landfall(["logs"], { events, result }, {});
    assert.match(stdout, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d api\.0 GET \/ 200\n.* api\.0 red \n$/);
    const json = await landfall(["logs", "--json"], { events, result });
    assert.deepEqual(JSON.parse(json.stdout), { ...result, entries: events });
    const follow = await landfall(["logs", "-f", "--json"], { events, result });
    assert.deepEqual(
      follow.stdout
        .trim()
        .split("\n")
        .map((l) => JSON.parse(l) as unknown),
      events,
    );
  });

  it("ends quietly when the reader of the logs has gone", async () => {
    const during = ({ signal }: { signal?: AbortSignal }): Promise<void> => {
      assert.equal(signal?.aborted, true);
      throw new CancelledError("logs were cancelled");
    };
    const { code, stderr } = await landfall(["logs", "-f"], { during }, { closed: true });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  });
});
