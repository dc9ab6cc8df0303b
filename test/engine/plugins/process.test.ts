import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { resolve } from "node:path";

const script = resolve(__dirname, "../../../bin/plugin-random.cjs");

describe("a plugin's process", function () {
  this.timeout(30_000);
  let engine: Server;
  let plugin: ChildProcess | undefined;

  beforeEach(async () => {
    engine = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(engine, "listening");
  });

  afterEach(() => {
    plugin?.kill("SIGKILL");
    plugin = undefined;
    engine.close();
  });

  const start = async (): Promise<{ child: ChildProcess; firstLine: string }> => {
    const { port } = engine.address() as AddressInfo;
    const child = spawn(process.execPath, [script, `127.0.0.1:${port}`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    plugin = child;
    const [chunk] = (await once(child.stdout, "data")) as [Buffer];
    return { child, firstLine: chunk.toString() };
  };

  it("prints its port first, and nothing else", async () => {
    const { firstLine } = await start();
    assert.match(firstLine, /^\d+\n$/);
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // The engine sends the first, and waits up to five seconds for each plugin in turn.
    it(`ends at once on ${signal} when nothing is in flight`, async () => {
      const { child } = await start();
      const began = Date.now();
      child.kill(signal);
      const [code] = (await once(child, "exit")) as [number | null];
      assert.equal(code, 0);
      assert.ok(Date.now() - began < 2_000, `took ${Date.now() - began} ms`);
    });
  }

  it("ends when the engine is gone", async () => {
    const { child } = await start();
    engine.close();
    const [code] = (await once(child, "exit")) as [number | null];
    assert.equal(code, 1);
  });
});
