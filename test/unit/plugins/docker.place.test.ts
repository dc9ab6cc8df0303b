import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerPlugin } from "../../../toolchain/plugins/docker";
import { ProviderUnderTest } from "../../support/provider";

describe("the docker plugin within another process", () => {
  const directory = mkdtempSync(join(tmpdir(), "lf-place-"));
  let provider: ProviderUnderTest;

  afterEach(() => provider.stop());
  after(() => {
    rmSync(directory, { recursive: true });
  });

  it("takes an image's paths from the program's folder, and records them as they were given", async () => {
    mkdirSync(join(directory, "app"));
    writeFileSync(join(directory, "app", "Dockerfile"), "FROM scratch\n");
    provider = await ProviderUnderTest.start(dockerPlugin({ directory, env: {} }));
    const type = "docker:index/image:Image";
    const check = (context: string) =>
      provider.check({ type, news: { imageName: "app:1", skipPush: true, build: { context } } });
    const { inputs, failures } = await check("app");
    assert.deepEqual(failures, []);
    const { context, dockerfile } = inputs.build as Record<string, unknown>;
    assert.deepEqual([context, dockerfile], ["app", "app/Dockerfile"]);
    const missing = (await check("other")).failures.map(({ reason }) => reason);
    assert.deepEqual(missing, ['there is no folder "other"']);
  });

  it("takes the daemon from the program's environment", async () => {
    const asked: string[] = [];
    const daemon = createServer(({ url = "" }, response) => {
      asked.push(url);
      response.writeHead(url.endsWith("/_ping") ? 200 : 404, {
        "content-type": "application/json",
      });
      response.end("{}");
    });
    await new Promise<void>((listening) => daemon.listen(0, "127.0.0.1", listening));
    const { port } = daemon.address() as AddressInfo;
    const env = { DOCKER_HOST: `tcp://127.0.0.1:${port}`, HOME: directory };
    provider = await ProviderUnderTest.start(dockerPlugin({ directory, env }));
    const type = "docker:index/volume:Volume";
    const found = await provider.read({ type, id: "data", properties: { name: "data" } });
    daemon.close();
    assert.equal(found.id, "");
    assert.deepEqual(asked, ["/_ping", "/volumes/data"]);
  });
});
