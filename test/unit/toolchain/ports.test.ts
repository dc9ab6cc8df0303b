import assert from "node:assert/strict";
import * as net from "node:net";
import type { AddressInfo } from "node:net";
import { decodeAddress, whoHolds } from "../../../toolchain/ports";
import type { PublishedPort } from "../../../toolchain/ports";

describe("who holds a port", () => {
  const none = { published: () => Promise.resolve([]) };
  const publishing = (address: string): { published: () => Promise<PublishedPort[]> } => ({
    published: () =>
      Promise.resolve([{ container: "shop-router", labels: { a: "b" }, address, port: 8080 }]),
  });
  let server: net.Server;
  let port: number;

  const listen = async (address: string): Promise<void> => {
    server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    port = (server.address() as AddressInfo).port;
  };

  afterEach(() => {
    server.close();
  });

  it("names the process that listens, with its script and without its arguments", async () => {
    await listen("127.0.0.1");
    const holder = await whoHolds(port, "127.0.0.1", none);
    assert.equal(holder?.kind, "process");
    assert.equal(holder.pid, process.pid);
    assert.match(holder.name, /^node /);
    assert.doesNotMatch(holder.name, /--/);
  });

  it("finds who listens on IPv6, and on all addresses", async () => {
    await listen("::");
    assert.equal((await whoHolds(port, "127.0.0.1", none))?.pid, process.pid);
  });

  it("sees no clash between different addresses", async () => {
    await listen("127.0.0.1");
    assert.equal(await whoHolds(port, "127.0.0.2", none), undefined);
    assert.equal((await whoHolds(port, "0.0.0.0", none))?.pid, process.pid);
    assert.equal((await whoHolds(port, undefined, none))?.pid, process.pid);
  });

  it("names the container that publishes it", async () => {
    await listen("127.0.0.1");
    const expected = { kind: "container", name: "shop-router", labels: { a: "b" } };
    assert.deepEqual(await whoHolds(8080, "127.0.0.1", publishing("0.0.0.0")), expected);
    assert.equal(
      await whoHolds(8080, "127.0.0.1", { ...publishing("10.0.0.1"), proc: undefined }),
      undefined,
    );
  });

  it("says nothing of a free port, nor of this machine's processes when Docker is elsewhere", async () => {
    await listen("127.0.0.1");
    assert.equal(await whoHolds(port, "127.0.0.1", { ...none, proc: undefined }), undefined);
    server.close();
    assert.equal(await whoHolds(port, "127.0.0.1", none), undefined);
  });

  it("reads the kernel's addresses", () => {
    assert.equal(decodeAddress("0100007F"), "127.0.0.1");
    assert.equal(decodeAddress("00000000"), "0.0.0.0");
    assert.equal(decodeAddress("00000000000000000000000000000000"), "::");
    assert.equal(decodeAddress("00000000000000000000000001000000"), "::1");
    assert.equal(decodeAddress("0000000000000000FFFF00000100007F"), "127.0.0.1");
    assert.equal(decodeAddress("B80D0120000000000000000001000000"), "2001:db8:0:0:0:0:0:1");
  });
});
