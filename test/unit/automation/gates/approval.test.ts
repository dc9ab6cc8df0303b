import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "../../../../automation/clock";
import { answer, approvalsOf, pendingApprovals } from "../../../../automation/gates/approval";
import { LandfallError } from "../../../../automation/errors";
import { OperationContext } from "../../../../automation/operation";
import type { Session } from "../../../../automation/session";
import { FileReleaseStore } from "../../../../automation/stores/file";
import { approve } from "../../../../automation/verbs/approve";

describe("approvals", () => {
  let dir: string;
  let store: FileReleaseStore;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "landfall-approval-"));
    store = new FileReleaseStore(dir);
  });

  afterEach(() => rm(dir, { recursive: true, force: true }));

  const { signal } = new AbortController();
  const context = (): OperationContext =>
    new OperationContext("test", "dev", signal, systemClock, () => undefined);
  const desk = () => approvalsOf(store);
  /** Of somebody who cannot open the stack's secrets. */
  const closed = () => Promise.reject(new LandfallError("wrong_passphrase", "not for you"));
  const sealed = { state: closed, config: closed } as Pick<
    Session["workspace"],
    "state" | "config"
  >;
  /** The other terminal: a store of its own over the same folder. */
  const session = (): Session => {
    const other: Pick<Session, "store" | "context" | "stack" | "env" | "workspace"> = {
      store: new FileReleaseStore(dir),
      context: context(),
      stack: "dev",
      env: { LANDFALL_USER: "ada" },
      workspace: sealed as Session["workspace"],
    };
    return other as Session;
  };
  const request = (service: string, gate = "look") => ({ release: 7, service, gate, message: "m" });

  it("reach the deploy that waits from another terminal", async () => {
    const { approval, withdraw } = desk();
    assert.equal(await approval(request("api")), undefined);
    const result = await approve(session(), { stack: "dev", reason: "looks good" });
    const { since: _, ...rest } = result;
    assert.deepEqual(rest, { stack: "dev", approved: true, ...request("api") });
    const by = `ada@${hostname()}`;
    const expected = { approved: true, by, reason: "looks good" };
    assert.deepEqual(await approval(request("api")), expected);
    await withdraw(request("api"));
    assert.deepEqual(await pendingApprovals(store), []);
    assert.equal(await store.readNote("approval-requests"), undefined);
  });

  it("can be refused", async () => {
    const { approval } = desk();
    await approval(request("api"));
    await approve(session(), { stack: "dev", reject: true });
    assert.equal((await approval(request("api")))?.approved, false);
  });

  it("are asked for by name when several wait, and list what waits", async () => {
    const { approval } = desk();
    await Promise.all([approval(request("api")), approval(request("web"))]);
    await assert.rejects(approve(session(), { stack: "dev" }), /several gates wait.*api.*web/s);
    await assert.rejects(approve(session(), { stack: "dev", release: 8 }), /these do: "look" of/);
    await approve(session(), { stack: "dev", service: "web" });
    assert.equal(await approval(request("api")), undefined);
    assert.equal((await approval(request("web")))?.approved, true);
    await approve(session(), { stack: "dev" });
    await assert.rejects(approve(session(), { stack: "dev" }), {
      code: "usage",
      message: 'no gate of stack "dev" waits for an answer',
    });
    assert.equal((await approval(request("web")))?.approved, true);
  });

  it("of an earlier wait do not answer a later one of the same name", async () => {
    const first = desk();
    await first.approval(request("api"));
    await approve(session(), { stack: "dev" });
    await first.withdraw(request("api"));
    assert.equal(await desk().approval(request("api")), undefined);
  });

  it("are not asked for by a deploy that died", async () => {
    const dead = { id: "x", ...request("api"), since: "2026-01-01T00:00:00Z" };
    const process = { pid: 2 ** 22 + 1, host: hostname() };
    await store.writeNote("approval-requests", JSON.stringify([{ ...dead, process }]));
    await assert.rejects(approve(session(), { stack: "dev" }), /no gate of stack "dev" waits/);
  });

  it("stay possible when a note is rubbish", async () => {
    await store.writeNote("approvals", "{ not json");
    await store.writeNote("approval-requests", '[{"id": 1}, null]');
    assert.deepEqual(await pendingApprovals(store), []);
    const { approval } = desk();
    assert.equal(await approval(request("api")), undefined);
    await approve(session(), { stack: "dev" });
    assert.equal((await approval(request("api")))?.approved, true);
  });

  it("given at the same moment to different gates all arrive", async () => {
    const { approval } = desk();
    const services = ["a", "b", "c"];
    await Promise.all(services.map((service) => approval(request(service))));
    const pending = await pendingApprovals(store);
    await Promise.all(
      pending.map(({ id }) => answer(store, { id, approved: true, by: "x", at: "now" }, pending)),
    );
    for (const service of services) {
      assert.equal((await approval(request(service)))?.approved, true, service);
    }
  });
});
