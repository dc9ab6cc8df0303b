import * as assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { SwitchLoad } from "../../../../automation/rollout/load";

describe("the load during an update", () => {
  it("asks what answers, and counts what it gets", async () => {
    let status = 200;
    const server = createServer((_, response) => {
      response.writeHead(status).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const load = new SwitchLoad([`http://127.0.0.1:${port}/health`]);
    await load.start();
    await sleep(200);
    status = 503;
    await sleep(200);
    const seen = await load.stop();
    server.closeAllConnections();
    server.close();
    assert.ok(seen !== undefined && seen.sent > seen.failed && seen.failed > 0);
    assert.deepEqual(Object.keys(seen.failures), ["status 503"]);
  });

  it("takes addresses with TLS as well, and leaves out what does not answer", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    // It is there, and speaks no TLS.
    const load = new SwitchLoad([`https://127.0.0.1:${port}/health`]);
    await load.start();
    assert.equal(await load.stop(), undefined);
    server.closeAllConnections();
    server.close();
  });
});
