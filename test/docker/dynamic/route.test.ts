import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as http from "node:http";
import { route } from "../../../components/docker/dynamic/handlers";
import { RouterSession } from "../../../components/docker/dynamic/router/session";
import { readParts, writePart } from "../../../components/docker/dynamic/router/store";
import type {
  RouteInputs,
  RouteOutputs,
  RouteServer,
} from "../../../components/docker/dynamic/types";
import { SUBNETS } from "../addresses";
import { Load } from "./load";
import { client, Testbed, until } from "./testbed";

const PORT = 3000;

describe("a route", function () {
  this.timeout(120_000);
  let bed: Testbed;
  let port: number;
  let blue: RouteServer;
  let green: RouteServer;

  before(async () => {
    bed = await Testbed.start("lfrt-route", [PORT, PORT + 1]);
    [blue, green] = await Promise.all([bed.server("blue"), bed.server("green")]);
    port = await bed.hostPort(PORT);
  });

  after(() => bed.stop());

  const update = async (inputs: RouteInputs) =>
    (await route.update(inputs.service, stateOf(inputs), inputs)).outs;

  it("serves a service as soon as it is created", async () => {
    const { id, outs } = await route.create(bed.inputs("api", PORT, [blue]));
    assert.equal(id, "api");
    assert.equal(outs.mode, "reload");
    assert.deepEqual(outs.upstreams, ["lfrt-route-blue:8000"]);
    assert.equal((await get(port, "/")).server, "blue");
  });

  it("passes on its own view of the client, and a request id", async () => {
    const forged = { "x-forwarded-for": "1.2.3.4", "x-real-ip": "1.2.3.4", forwarded: "for=1" };
    const answer = await get(port, "/", { ...forged, "x-request-id": "bad id!" });
    const { headers } = JSON.parse(answer.body) as { headers: Record<string, string> };
    assert.equal(headers["x-real-ip"], undefined);
    assert.equal(headers["forwarded"], undefined);
    const from = headers["x-forwarded-for"] ?? "";
    assert.ok(from.startsWith(`${SUBNETS["lfrt-route"]}.`), from);
    assert.match(headers["x-request-id"] ?? "", /^[0-9a-f-]{36}$/);
    assert.equal(answer.headers["x-request-id"], headers["x-request-id"]);
  });

  it("switches under load, back and forth, without one failed request", async () => {
    const load = new Load({ port, quick: 8, slow: 3, posts: 3, uploads: 2, sockets: 2 });
    await pause(500);
    for (const server of [green, blue, green]) {
      assert.equal((await update(bed.inputs("api", PORT, [server]))).mode, "runtime");
      assert.equal((await get(port, "/")).server, server.name.replace("lfrt-route-", ""));
    }
    const { failures, requests, echoes } = await load.stop();
    assert.deepEqual(failures, []);
    assert.ok(requests > 500 && echoes > 50, `${requests} requests, ${echoes} echoes`);
  });

  it("waits for requests that are under way in the replaced server", async () => {
    const slow = get(port, "/slow");
    await pause(300);
    const started = performance.now();
    await update(bed.inputs("api", PORT, [blue]));
    assert.ok(performance.now() - started > 1000, "returned before the slow request ended");
    assert.equal((await slow).status, 200);
  });

  it("reloads under load when another service comes and goes, without one failed request", async () => {
    const load = new Load({
      port,
      quick: 8,
      slow: 3,
      posts: 3,
      uploads: 2,
      sockets: 2,
      pauseMs: 5,
    });
    await pause(500);
    for (let round = 0; round < 3; round++) {
      const web = bed.inputs("web", PORT + 1, [green]);
      assert.equal((await route.create(web)).outs.mode, "reload");
      await pause(200);
      await route.delete("web", { ...stateOf(web), drainSeconds: 0 });
    }
    const { failures, requests } = await load.stop();
    assert.deepEqual(failures, []);
    assert.ok(requests > 500, `${requests} requests`);
  });

  it("outlives idle connections to processes that a reload left before replaced servers may go", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    assert.equal((await get(port, "/", {}, agent)).server, "blue");
    const web = bed.inputs("web", PORT + 1, [green]);
    await route.create(web);
    await update(bed.inputs("api", PORT, [green]));
    await client.getContainer(blue.name).pause();
    assert.equal((await get(port, "/", {}, agent)).server, "green");
    await client.getContainer(blue.name).unpause();
    await route.delete("web", { ...stateOf(web), drainSeconds: 0 });
    agent.destroy();
  });

  it("says goodbye on an idle connection at a reload instead of cutting it", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    await get(port, "/", {}, agent);
    const web = bed.inputs("web", PORT + 1, [green]);
    await route.create(web);
    assert.equal((await get(port, "/", {}, agent)).headers.connection, "close");
    await route.delete("web", { ...stateOf(web), drainSeconds: 0 });
    agent.destroy();
  });

  it("chooses by host and path, and says so when nothing fits", async () => {
    const api = { ...bed.inputs("api", PORT, [blue]), listen: [{ port: PORT, hosts: ["api"] }] };
    await update(api);
    const admin = {
      ...bed.inputs("admin", PORT, [green]),
      listen: [{ port: PORT, hosts: ["API"], pathPrefix: "/admin" }],
    };
    await route.create(admin);
    assert.equal((await get(port, "/x", { host: `api:${PORT}` })).server, "blue");
    assert.equal((await get(port, "/administrator", { host: "api" })).server, "blue");
    assert.equal((await get(port, "/admin/x?y=/z", { host: "Api" })).server, "green");
    assert.equal((await get(port, "/x", { host: "elsewhere" })).status, 421);
    await route.delete("api", stateOf(api));
    assert.equal((await get(port, "/x", { host: "api" })).status, 404);
    await route.delete("admin", stateOf(admin));
    await route.create(bed.inputs("api", PORT, [blue]));
  });

  it("answers 503 with Retry-After while a service has no servers", async () => {
    await update({ ...bed.inputs("api", PORT, []), maintenance: { retryAfterSeconds: 9 } });
    const answer = await get(port, "/");
    assert.equal(answer.status, 503);
    assert.equal(answer.headers["retry-after"], "9");
    assert.deepEqual(JSON.parse(answer.body), { error: "service unavailable", service: "api" });
    await update(bed.inputs("api", PORT, [blue]));
    assert.equal((await get(port, "/")).status, 200);
  });

  it("keeps a client with the server that it met first, by cookie or header, until that leaves", async () => {
    const both = [blue, green];
    const seen = async (
      headers: Record<string, string> | ((n: number) => Record<string, string>),
    ) => {
      const asked = Array.from({ length: 12 }, (_, n) =>
        get(port, "/", typeof headers === "function" ? headers(n) : headers),
      );
      return new Set((await Promise.all(asked)).map(({ server }) => server));
    };
    await update({ ...bed.inputs("api", PORT, both), sticky: { cookie: "visit" } });
    const first = await get(port, "/");
    const cookie = (first.headers["set-cookie"]?.[0] ?? "").split(";")[0] ?? "";
    assert.match(cookie, /^visit=/);
    assert.deepEqual([...(await seen({ cookie }))], [first.server]);
    const other = first.server === "blue" ? green : blue;
    await update({ ...bed.inputs("api", PORT, [other]), sticky: { cookie: "visit" } });
    assert.equal((await seen({ cookie })).has(first.server), false);
    await update({ ...bed.inputs("api", PORT, both), sticky: { header: "x-user" } });
    assert.equal((await seen({ "x-user": "anna" })).size, 1);
    assert.equal((await seen((n) => ({ "x-user": `user-${n}` }))).size, 2);
    await update(bed.inputs("api", PORT, [blue]));
  });

  it("leaves everything as it was when two services ask for the same requests", async () => {
    await assert.rejects(
      route.create(bed.inputs("thief", PORT, [green])),
      /services "api" and "thief" both ask for port 3000, host \*, path \/: nothing was changed/,
    );
    assert.equal((await get(port, "/")).server, "blue");
  });

  it("leaves everything as it was when a server cannot be found", async () => {
    const started = performance.now();
    await assert.rejects(
      update(bed.inputs("api", PORT, [{ name: "lfrt-route-gone", port: 1 }])),
      /no address for "lfrt-route-gone": is the container running/,
    );
    assert.ok(performance.now() - started < 20_000);
    assert.equal((await get(port, "/")).server, "blue");
  });

  it("takes changes of several services at once", async () => {
    const many = Array.from({ length: 5 }, (_, index) =>
      bed.inputs(`many${index}`, 4000 + index, [green]),
    );
    await Promise.all(many.map((inputs) => route.create(inputs)));
    const found = await Promise.all(
      many.map((inputs) => route.read(inputs.service, stateOf(inputs))),
    );
    assert.deepEqual(
      found.map(({ id }) => id),
      many.map(({ service }) => service),
    );
    await Promise.all(many.map((inputs) => route.delete(inputs.service, stateOf(inputs))));
    assert.equal((await get(port, "/")).server, "blue");
  });

  it("converges after a kill between writing and switching", async () => {
    await update(bed.inputs("api", PORT, [blue]));
    await RouterSession.with(bed.router, async (session) => {
      const parts = await readParts(session);
      const moved = parts.map((part) =>
        part.service === "api" ? { ...part, servers: [{ ...green, weight: 100 }] } : part,
      );
      await writePart(session, "api", moved);
    });
    assert.equal((await get(port, "/")).server, "blue");
    await update(bed.inputs("api", PORT, [green]));
    assert.equal((await get(port, "/")).server, "green");
  });

  it("is not held up by the lock of a process that was killed", async () => {
    const hold = `require("./components/docker/dynamic/router/session").RouterSession.with("${bed.router}",
      (session) => session.locked(() => { console.log("locked"); return new Promise(() => setTimeout(() => {}, 60000)); }))`;
    const holder = spawn(process.execPath, ["-r", "ts-node/register", "-e", hold]);
    await once(holder.stdout, "data");
    const started = performance.now();
    const waiting = update(bed.inputs("api", PORT, [blue]));
    await pause(500);
    holder.kill("SIGKILL");
    await waiting;
    const took = performance.now() - started;
    assert.ok(took > 500 && took < 15_000, `${took} ms`);
    assert.equal((await get(port, "/")).server, "blue");
  });

  it("comes back right after a restart, also when its servers have swapped their addresses", async () => {
    await update(bed.inputs("api", PORT, [green]));
    await Promise.all([bed.router, blue.name, green.name].map((name) => stop(name)));
    // In the other order than before, so that each gets the other one's address.
    for (const name of [green.name, blue.name, bed.router]) await client.getContainer(name).start();
    port = await bed.hostPort(PORT);
    await until("the service answers", async () => (await tryGet(port)) === "green");
    assert.equal((await update(bed.inputs("api", PORT, [blue]))).mode, "runtime");
    assert.equal((await get(port, "/")).server, "blue");
  });

  it("follows a server that comes back with another address", async () => {
    await stop(blue.name);
    const squatter = await bed.container("squatter", ["sleep", "60"]);
    await client.getContainer(blue.name).start();
    await until("the server is found again", async () => (await tryGet(port)) === "blue");
    await bed.remove(squatter);
  });

  it("is missing for a refresh when the router has lost it, and is made again", async () => {
    const state = stateOf(bed.inputs("api", PORT, [blue]));
    assert.equal((await route.read("api", state)).id, "api");
    await bed.remove(bed.router);
    await client.getVolume(bed.volume).remove();
    assert.equal((await route.read("api", state)).id, undefined);
    await bed.startRouter();
    port = await bed.hostPort(PORT);
    assert.equal((await route.read("api", state)).id, undefined);
    await route.create(bed.inputs("api", PORT, [blue]));
    assert.equal((await get(port, "/")).server, "blue");
  });

  it("starts without services when what the volume holds is broken", async () => {
    const exec = await client.getContainer(bed.router).exec({
      Cmd: ["bash", "-c", "echo rubbish > /var/lib/landfall/router/haproxy.cfg"],
      User: "root",
      AttachStdout: true,
    });
    (await exec.start({})).resume();
    await pause(300);
    await client.getContainer(bed.router).restart();
    await until("the router runs", async () => (await tryGet(port)) === "none");
    await update(bed.inputs("api", PORT, [blue]));
    port = await bed.hostPort(PORT);
    assert.equal((await get(port, "/")).server, "blue");
  });

  it("is gone without complaint when its router is", async () => {
    await bed.remove(bed.router);
    await route.delete("api", stateOf(bed.inputs("api", PORT, [blue])));
  });
});

function stateOf(inputs: RouteInputs): RouteOutputs {
  return { ...inputs, upstreams: [], mode: "reload" };
}

interface Answer {
  status: number;
  server: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

function get(
  port: number,
  path: string,
  headers: http.OutgoingHttpHeaders = {},
  agent: http.Agent | false = false,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { port, path, headers, timeout: 10_000, agent };
    const request = http.get({ ...options, host: "127.0.0.1" }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => {
        const server = String(response.headers["x-server"] ?? "none");
        resolve({ status: response.statusCode ?? 0, server, headers: response.headers, body });
      });
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 10 s")));
    request.on("error", reject);
  });
}

async function tryGet(port: number): Promise<string> {
  return get(port, "/").then(
    (answer) => answer.server,
    () => "none",
  );
}

async function stop(name: string): Promise<void> {
  await client.getContainer(name).stop({ t: 1 });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
