import assert from "node:assert/strict";
import { classifyPullError, pullImage } from "../../../../toolchain/images/registry";
import { FakeDaemon, json, type Answer } from "./fakeDaemon";

describe("a pull", () => {
  let daemon: FakeDaemon | undefined;
  const lines: string[] = [];

  afterEach(async () => {
    await daemon?.stop();
    lines.length = 0;
  });

  it("succeeds when the daemon's progress ends without an error", async () => {
    const result = await pull((response) => {
      response.write('{"status":"Pulling from library/redis","id":"7"}\n{"status":"Down');
      response.end('loaded"}\n');
    });
    assert.equal(result, undefined);
    assert.deepEqual(lines, ["7: Pulling from library/redis", "Downloaded"]);
  });

  it("finds no registry when nothing answers in time", async () => {
    const began = Date.now();
    const result = await pull(() => undefined, { answerTimeout: 200 });
    assert.deepEqual(result, { kind: "unreachable", reason: "no answer within 0.2 s" });
    assert.ok(Date.now() - began < 2000);
  });

  it("gives up on a registry that falls silent in the middle", async () => {
    const result = await pull(
      (response) => {
        response.write('{"status":"Pulling"}\n');
      },
      { stallTimeout: 200 },
    );
    assert.deepEqual(result, { kind: "unreachable", reason: "the pull stood still for 0.2 s" });
  });

  it("is refused when the registry does not know the image", async () => {
    const result = await pull((response) => {
      json(response, 404, { message: "manifest for redis:7 not found: manifest unknown" });
    });
    assert.equal(result?.kind, "refused");
  });

  it("fails with the daemon's words when the stream carries an error", async () => {
    const result = await pull((response) => {
      response.end('{"status":"Pulling"}\n{"error":"toomanyrequests: slow down"}\n');
    });
    assert.deepEqual(result, { kind: "refused", reason: "toomanyrequests: slow down" });
  });

  it("fails when the stream breaks off", async () => {
    const result = await pull((response) => {
      response.write('{"status":"Pulling"}\n', () => response.destroy());
    });
    assert.equal(result?.kind, "unreachable");
  });

  it("rejects when the caller cancels it", async () => {
    const controller = new AbortController();
    const pulling = pull(() => undefined, { signal: controller.signal });
    setTimeout(() => {
      controller.abort(new Error("enough"));
    }, 50);
    await assert.rejects(pulling, /enough/);
  });

  async function pull(
    answer: Answer,
    options: Partial<Parameters<typeof pullImage>[2]> = {},
  ): ReturnType<typeof pullImage> {
    daemon = await FakeDaemon.start(answer);
    return pullImage(daemon.docker, "redis:7-bookworm", {
      answerTimeout: 3000,
      stallTimeout: 3000,
      log: (line) => lines.push(line),
      ...options,
    });
  }
});

describe("the reason of a failed pull", () => {
  const unreachable = [
    'Get "https://registry.example/v2/": dial tcp: lookup registry.example on 10.0.0.2:53: no such host',
    'Get "https://registry.example/v2/": dial tcp 10.1.2.3:443: connect: connection refused',
    'Get "https://registry.example/v2/": net/http: request canceled while waiting for connection',
    'Get "https://registry.example/v2/": context deadline exceeded',
    'Get "https://registry.example/v2/": x509: certificate signed by unknown authority',
    'Get "https://registry.example/v2/": proxyconnect tcp: dial tcp 10.1.2.3:3128: i/o timeout',
    "received unexpected HTTP status: 503 Service Unavailable",
  ];
  const refused = [
    "manifest for nginx:1.22 not found: manifest unknown: manifest unknown",
    "pull access denied for x, repository does not exist or may require 'docker login'",
    "unauthorized: authentication required",
    "toomanyrequests: You have reached your pull rate limit",
    "no matching manifest for linux/s390x in the manifest list entries",
  ];
  for (const message of unreachable) {
    it(`is silence: ${message.slice(-60)}`, () => {
      assert.equal(classifyPullError(message, 500).kind, "unreachable");
    });
  }
  for (const message of refused) {
    it(`is a refusal: ${message.slice(0, 60)}`, () => {
      assert.equal(classifyPullError(message, 500).kind, "refused");
    });
  }
});
