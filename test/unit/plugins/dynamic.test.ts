import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { providerText } from "../../../components/dynamic/providerText";
import type { HandlerKind } from "../../../components/dynamic/handlers";
import { DynamicProvider } from "../../../toolchain/plugins/dynamic";
import { isPackageOf } from "../../../toolchain/plugins/dynamic/handlers";
import { serveConnections } from "../../../toolchain/plugins/host";
import { commandLine, survivors } from "../../support/processes";
import { ROOT } from "../../support/program";
import { ProviderUnderTest, unary, unknownString } from "../../support/provider";
import type { Json } from "../../support/provider";

const type = "pulumi-nodejs:dynamic/landfall:Any";
const ours = (kind: HandlerKind, props: Json): Json => ({
  ...props,
  __provider: providerText(kind),
});

describe("the provider of dynamic resources within another process", function () {
  this.timeout(30_000);
  const stops: (() => unknown)[] = [];

  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  async function provider(env: NodeJS.ProcessEnv = process.env, directory = ROOT) {
    const serving = await serveConnections(() => new DynamicProvider({ directory, env }));
    const under = ProviderUnderTest.of(serving);
    stops.push(() => under.stop());
    const greeting = new proto.ProviderHandshakeRequest();
    // As of the SDK's own: an engine that is greeted asks for made-up values in previews.
    await assert.rejects(
      unary((done) => under.client.handshake(greeting, done)),
      /UNIMPLEMENTED/,
    );
    return { under, serving };
  }

  async function daemon(answer: RequestListener): Promise<string> {
    const server: Server = createServer(answer);
    await once(server.listen(0, "127.0.0.1"), "listening");
    stops.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  describe("for resources of this package", () => {
    const container = "db";
    const command = ["pg_isready"];

    it("asks the daemon of the program's environment, and says which that was", async () => {
      const asked: string[] = [];
      const host = await daemon(({ url = "" }, response) => {
        asked.push(url);
        response.writeHead(404, { "content-type": "application/json" });
        response.end(JSON.stringify({ message: "No such container" }));
      });
      const { under } = await provider({ DOCKER_HOST: host });
      const properties = ours("ready", { container, command, deadlineSeconds: 1 });
      await assert.rejects(under.create({ type, properties }), /not ready: .*"db"/);
      assert.ok(asked.length > 0);
      assert.ok(asked.every((url) => url.startsWith("/containers/db/")));
      const nowhere = await provider({ DOCKER_HOST: "tcp://127.0.0.1:9" });
      const gone = "no Docker daemon at tcp://127.0.0.1:9 (ECONNREFUSED)";
      await assert.rejects(nowhere.under.create({ type, properties }), (error: Error) =>
        error.message.includes(gone),
      );
    });

    it("ends what waits for the daemon, and asks nothing more, once it is stopped", async () => {
      let asked = 0;
      const asks = new EventEmitter();
      const host = await daemon(() => {
        asked++;
        asks.emit("asked");
      });
      const { under, serving } = await provider({ DOCKER_HOST: host });
      const properties = ours("ready", { container, command, deadlineSeconds: 60 });
      const arrived = once(asks, "asked");
      const waiting = assert.rejects(under.create({ type, properties }));
      await arrived;
      const began = Date.now();
      await serving.stop(20_000);
      await waiting;
      assert.ok(Date.now() - began < 5_000, "it was waited for");
      assert.equal(asked, 1);
    });

    it("tells an error's message, and nothing of what has caused it", async () => {
      const host = await daemon((_, response) => {
        response.writeHead(500, { "content-type": "application/json" });
        response.end(JSON.stringify({ message: "out of luck" }));
      });
      const { under } = await provider({ DOCKER_HOST: host });
      const properties = ours("ready", { container, command });
      await assert.rejects(under.create({ type, properties }), {
        details: 'cannot inspect container "db": out of luck',
      });
    });
  });

  describe("for resources of others", () => {
    const theirs = (handler: string): Json => ({
      __provider: `exports.handler = () => (${handler});`,
    });

    it("has a process of its own do the work, in the program's folder and environment, and ends it", async () => {
      const { under, serving } = await provider({ ...process.env, TOLD: "so" });
      const properties = theirs(
        `{ create: async () => ({ id: "1", outs: { pid: process.pid, cwd: process.cwd(), told: process.env.TOLD } }) }`,
      );
      const created = await under.create({ type, properties });
      const { pid, cwd, told } = created.properties as { pid: number; cwd: string; told: string };
      assert.notEqual(pid, process.pid);
      assert.deepEqual([cwd, told, created.id], [ROOT, "so", "1"]);
      assert.equal(created.properties["__provider"], properties["__provider"]);
      assert.match(commandLine(pid), /dynamic-provider/);
      await serving.stop();
      assert.deepEqual(await survivors([pid]), []);
    });

    it("hands its errors on, with what was made before them", async () => {
      const { under } = await provider();
      const properties = theirs(
        `{ create: async () => { throw Object.assign(new Error("half made"), { id: "h", properties: { a: 1 }, reasons: ["r"] }); } }`,
      );
      await assert.rejects(under.create({ type, properties }), (error: Error) => {
        const { details, metadata } = error as unknown as {
          details: string;
          metadata: { get(key: string): unknown[] };
        };
        assert.equal(details, "half made");
        assert.equal(metadata.get("grpc-status-details-bin").length, 1);
        return true;
      });
    });

    it("ends a process that does not answer, and what waits for it", async () => {
      const { under, serving } = await provider();
      const told = join(mkdtempSync(join(tmpdir(), "lf-hangs-")), "pid");
      const properties = theirs(
        `{ create: () => { require("fs").writeFileSync(${JSON.stringify(told)}, String(process.pid)); return new Promise(() => undefined); } }`,
      );
      const waiting = assert.rejects(under.create({ type, properties }));
      while (!existsSync(told)) await new Promise((wake) => setTimeout(wake, 10));
      await serving.stop(20_000);
      await waiting;
      assert.deepEqual(await survivors([Number(readFileSync(told, "utf8"))]), []);
      rmSync(dirname(told), { recursive: true });
    });

    it("configures it as the engine has configured this one", async () => {
      const { under } = await provider();
      await under.configure({ "p:greeting": "hello" });
      const properties = theirs(
        `{ configure(req) { this.said = req.config.get("greeting") ?? req.config.get("p:greeting"); }, async create() { return { id: "1", outs: { said: String(this.said) } }; } }`,
      );
      const created = await under.create({ type, properties });
      assert.equal(created.properties["said"], "hello");
    });
  });

  it("answers as the SDK's own does", async () => {
    const { under } = await provider();
    // The same handler, by another text: in the SDK's own process.
    const sdk = (kind: HandlerKind, props: Json): Json => ({
      ...props,
      __provider: `${providerText(kind)} // elsewhere`,
    });
    const cases: [kind: HandlerKind, olds: Json, news: Json][] = [
      ["ready", {}, { container: "db", command: ["true"] }],
      ["ready", {}, { container: "", command: [], wrong: 1 }],
      ["ready", { container: "a", command: ["x"] }, { container: unknownString, command: ["x"] }],
      ["gate", {}, { router: "r", targets: "none" }],
      ["task", { name: "t", image: "a", revision: "1" }, { name: "t", image: "b", revision: "1" }],
      ["route", { service: "a" }, { service: "b" }],
    ];
    for (const [kind, olds, news] of cases) {
      const asked = async (as: typeof ours) => {
        const both = { olds: as(kind, olds), news: as(kind, news) };
        const checked = await under.check({ type, ...both });
        const { __provider, ...inputs } = checked.inputs;
        const read = await under.read({ type, id: "7", properties: as(kind, olds) });
        return {
          checked: { ...checked, inputs },
          ofNews: __provider === both.news["__provider"],
          diff: await under.diff({ type, ...both }),
          read: [read.id, Object.keys(read.properties), Object.keys(read.inputs)],
        };
      };
      assert.deepEqual(await asked(ours), await asked(sdk), kind);
    }
  });

  it("is this package's only for programs that would load this very package", () => {
    assert.ok(isPackageOf(ROOT));
    const folder = mkdtempSync(join(tmpdir(), "lf-elsewhere-"));
    stops.push(() => {
      rmSync(folder, { recursive: true });
    });
    assert.ok(!isPackageOf(folder));
  });
});
