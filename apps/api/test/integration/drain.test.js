import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createDatabase } from "../support/containers.js";
import { sharedPostgres } from "../support/shared.js";
import { openLive } from "../support/live.js";
import { runNode, startApi } from "../support/servers.js";

describe("the API on SIGTERM", function () {
  this.timeout(30_000);
  /** @type {import("../support/containers.js").Running} */
  let postgres;
  /** @type {Record<string, string>} */
  let env;
  /** @type {Awaited<ReturnType<typeof startApi>>} */
  let api;

  before(async () => {
    postgres = await sharedPostgres();
    env = {
      DATABASE_URL: await createDatabase(postgres),
      DRAIN_SECONDS: "3",
      DRAIN_LISTEN_SECONDS: "0.5",
    };
    await runNode(["migrate.js"], env);
  });
  beforeEach(async () => {
    api = await startApi(env);
  });
  afterEach(() => api.stop());

  it("turns /ready 503 at once and serves on while it still listens, ending kept connections", async () => {
    await api.stop();
    api = await startApi({ ...env, DRAIN_LISTEN_SECONDS: "2" });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await get(agent, "/api/purchases");
    assert.equal(before.headers.connection, "keep-alive");
    api.kill("SIGTERM");
    await sleep(50);
    assert.equal((await api.get("/ready")).status, 503);
    assert.equal((await api.get("/ready")).body.status, "DRAINING");
    await sleep(50);
    const kept = Object.values(agent.freeSockets).flat().length;
    assert.equal(kept, 1, "an answer on one connection has closed another");
    const during = await get(agent, "/api/purchases");
    assert.deepEqual([during.statusCode, during.headers.connection], [200, "close"]);
    assert.equal(await api.exited, 0);
    agent.destroy();
  });

  it("finishes a slow answer that began before, and exits 0 right after it", async () => {
    const exported = fetch(`${api.url}/api/export?delayMs=2000`).then((response) =>
      response.text(),
    );
    await sleep(100);
    const started = Date.now();
    api.kill("SIGTERM");
    assert.match(await exported, /"type":"end"/);
    assert.equal(await api.exited, 0);
    assert.ok(Date.now() - started < 3500);
  });

  it("finishes an upload that is still on its way when the port is closed", async () => {
    const body = JSON.stringify({ categoryId: "dairy", name: "Milk" });
    const socket = connect(api.port, "127.0.0.1");
    socket.write(
      `POST /api/purchases HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
    );
    await sleep(100);
    api.kill("SIGTERM");
    await sleep(1000);
    await assert.rejects(api.get("/ready"), "the port is closed");
    socket.write(body.slice(10));
    const [answer] = await once(socket, "data");
    assert.match(String(answer), /^HTTP\/1\.1 201/);
    assert.equal(await api.exited, 0);
  });

  it("sends websockets elsewhere with code 1001", async () => {
    const live = await openLive(api.url);
    api.kill("SIGTERM");
    assert.equal(await live.closed, 1001);
    assert.equal(await api.exited, 0);
  });

  it("does not wait for idle connections", async () => {
    const idle = connect(api.port, "127.0.0.1");
    await once(idle, "connect");
    const started = Date.now();
    api.kill("SIGTERM");
    assert.equal(await api.exited, 0);
    assert.ok(Date.now() - started < 2000);
  });

  it("cuts what is not done when the drain time is over, and says so with exit code 1", async () => {
    const exported = fetch(`${api.url}/api/export?delayMs=10000`).then((response) =>
      response.text(),
    );
    exported.catch(() => {});
    await sleep(100);
    const started = Date.now();
    api.kill("SIGTERM");
    await assert.rejects(exported);
    assert.equal(await api.exited, 1);
    assert.ok(Date.now() - started < 4500);
    assert.match(api.output(), /the drain time is over/);
  });

  it("hurries on a second signal, and still finishes what is in flight", async () => {
    const exported = fetch(`${api.url}/api/export?delayMs=300`).then((response) => response.text());
    await sleep(100);
    api.kill("SIGTERM");
    await sleep(20);
    api.kill("SIGTERM");
    assert.match(await exported, /"type":"end"/);
    assert.equal(await api.exited, 0);
  });

  it("stops within the drain time while the database is away", async () => {
    const other = await startApi(
      { ...env, DATABASE_URL: "postgres://u:p@127.0.0.1:9/x" },
      { waitFor: "/api/version" },
    );
    other.kill("SIGTERM");
    assert.equal(await other.exited, 0);
  });

  /**
   * @param {Agent} agent
   * @param {string} path
   */
  async function get(agent, path) {
    const [response] = await once(request(api.url + path, { agent }).end(), "response");
    for await (const _ of response);
    return /** @type {import("node:http").IncomingMessage} */ (response);
  }
});
