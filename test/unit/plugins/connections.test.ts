import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTo, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { serveEach } from "../../../toolchain/plugins/host";
import type { Plugin, Serving } from "../../../toolchain/plugins/host";
import { unary } from "../../support/provider";

interface Seen {
  waiting: string[];
  aborted: string[];
}

/** A plugin whose only function says where it was told to work; `wait` hangs until it is aborted. */
function toldWhere({ waiting, aborted }: Seen): Plugin {
  let where = "nowhere";
  return {
    name: "t",
    version: "1.2.3",
    resources: {},
    checkConfig: (inputs) => ({ inputs }),
    configure: ({ config }) => {
      where = typeof config.where === "string" ? config.where : "unsaid";
    },
    invokes: {
      "t:index:where": () => ({ result: { where } }),
      "t:index:wait": ({ signal }) =>
        new Promise((_, reject) => {
          waiting.push(where);
          signal.addEventListener("abort", () => {
            aborted.push(where);
            reject(new Error("aborted"));
          });
        }),
    },
  };
}

describe("a plugin that serves each connection by itself", () => {
  let serving: Serving;
  let seen: Seen;
  const clients: ResourceProviderClient[] = [];

  beforeEach(async () => {
    seen = { waiting: [], aborted: [] };
    serving = await serveEach(() => toldWhere(seen));
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await serving.stop();
  });

  const connect = (port = serving.port): ResourceProviderClient => {
    // Clients of one process share a connection otherwise, which no two engines do.
    const options = { "grpc.use_local_subchannel_pool": 1 };
    const address = `127.0.0.1:${port}`;
    const client = new ResourceProviderClient(address, grpc.credentials.createInsecure(), options);
    clients.push(client);
    return client;
  };

  const provider = async (where: string, port?: number): Promise<ResourceProviderClient> => {
    const client = connect(port);
    await unary((done) => client.handshake(new proto.ProviderHandshakeRequest(), done));
    const args = Struct.fromJavaScript({ where });
    await unary((done) => client.configure(new proto.ConfigureRequest().setArgs(args), done));
    return client;
  };

  const call = (client: ResourceProviderClient, name: string): Promise<proto.InvokeResponse> =>
    unary((done) => client.invoke(new proto.InvokeRequest().setTok(`t:index:${name}`), done));

  const where = async (client: ResourceProviderClient): Promise<unknown> =>
    (await call(client, "where")).getReturn()?.toJavaScript()["where"];

  it("keeps the configurations of two providers apart", async () => {
    const [here, there] = [await provider("here"), await provider("there")];
    assert.equal(await where(here), "here");
    assert.equal(await where(there), "there");
  });

  it("cancels the calls of the one that asks for it, and of one that is gone, but no others", async () => {
    const line = new Line();
    const [here, there, gone] = [
      await provider("here"),
      await provider("there"),
      await provider("gone", await line.listen(serving.port)),
    ];
    const calls = [here, gone].map((client) => assert.rejects(call(client, "wait")));
    await eventually(() => seen.waiting.length === 2);
    await unary((done) => here.cancel(new Empty(), done));
    line.cut();
    await eventually(() => seen.aborted.length === 2);
    await Promise.all(calls);
    assert.deepEqual(seen.aborted.sort(), ["gone", "here"]);
    assert.equal(await where(there), "there");
  });

  it("goes on for one that connects anew, where there is no doubt who that is", async () => {
    await provider("here");
    assert.equal(await where(connect()), "here");
    await provider("there");
    await assert.rejects(where(connect()), { code: grpc.status.UNAVAILABLE });
  });
});

/** A connection that can break, as an engine's does that is killed. */
class Line {
  private readonly sockets: Socket[] = [];
  private readonly server = createServer((socket) => {
    const onward = connectTo({ host: "127.0.0.1", port: this.target });
    this.sockets.push(socket, onward);
    for (const each of [socket, onward]) each.on("error", () => undefined);
    socket.pipe(onward).pipe(socket);
  });
  private target = 0;

  async listen(target: number): Promise<number> {
    this.target = target;
    await once(this.server.listen(0, "127.0.0.1"), "listening");
    return (this.server.address() as AddressInfo).port;
  }

  cut(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

async function eventually(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!holds()) {
    assert.ok(Date.now() < deadline, "it never came to hold");
    await new Promise((wake) => setTimeout(wake, 20));
  }
}
