import assert from "node:assert/strict";
import * as net from "node:net";
import { ports } from "../../../components/docker/dynamic/handlers";
import type { PortCheckInputs } from "../../../components/docker/dynamic/types";
import { client, SERVER_IMAGE, Testbed } from "./testbed";

const LABELS = {
  "landfall.project": "lfrt-shop",
  "landfall.stack": "dev",
  "landfall.role": "router",
};

describe("the check of ports", function () {
  this.timeout(30_000);
  let bed: Testbed;
  let server: net.Server | undefined;

  before(async () => {
    bed = await Testbed.start("lfrt-port");
  });

  after(() => bed.stop());

  afterEach(async () => {
    await new Promise<void>((resolve) => {
      if (server === undefined) resolve();
      else
        server.close(() => {
          resolve();
        });
    });
    server = undefined;
  });

  const inputs = (port: number): PortCheckInputs => ({
    bindAddress: "127.0.0.1",
    ports: [{ port, usedBy: "landfall:webPort" }],
    routerLabels: LABELS,
  });

  const failures = async (port: number) =>
    ((await ports.check(inputs(port), inputs(port))).failures ?? []).map(({ reason }) => reason);

  it("lets a free port pass", async () => {
    assert.deepEqual(await failures(await freePort()), []);
    const { outs } = await ports.create(inputs(await freePort()));
    assert.equal(outs.bindAddress, "127.0.0.1");
  });

  it("names the process that holds a port, in check and in create", async () => {
    server = net.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server?.once("listening", resolve));
    const { port } = server.address() as net.AddressInfo;
    const expected = new RegExp(
      `port ${port} of 127\\.0\\.0\\.1, wanted for landfall:webPort, is held by process ${process.pid} \\(`,
    );
    const [reason = ""] = await failures(port);
    assert.match(reason, expected);
    await assert.rejects(ports.create(inputs(port)), expected);
  });

  it("names the container that holds a port", async () => {
    const port = await freePort();
    await holder(bed, "lfrt-port-other", port, { ...LABELS, "landfall.stack": "staging" });
    const [reason = ""] = await failures(port);
    assert.match(reason, /is held by container "lfrt-port-other"/);
  });

  it("does not mind this stack's own router", async () => {
    const port = await freePort();
    await holder(bed, "lfrt-port-own", port, LABELS);
    assert.deepEqual(await failures(port), []);
  });
});

async function holder(
  bed: Testbed,
  name: string,
  port: number,
  labels: Record<string, string>,
): Promise<void> {
  const container = await client.createContainer({
    name,
    Image: SERVER_IMAGE,
    Cmd: ["sleep", "60"],
    Labels: labels,
    ExposedPorts: { "80/tcp": {} },
    HostConfig: {
      Init: true,
      NetworkMode: bed.network,
      PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: String(port) }] },
    },
  });
  await container.start();
}

async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
