import * as assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as sendRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";

import { Bucket } from "../../../../automation/stores/bucket";
import { parseBucketUrl } from "../../../../automation/stores/bucketUrl";
import { BucketLocks } from "../../../../automation/locks";
import { deadPid, draft, holdsAsReleaseStore, storeAt } from "../../../support/releaseStore";
import type { Place } from "../../../support/releaseStore";
import { S3Server } from "../../../support/s3Server";

describe("S3ReleaseStore", () => {
  let server: S3Server;
  let folders = 0;

  before(async () => {
    server = await S3Server.start();
    await server.makeBucket("states");
  });

  after(async () => {
    await server.stop();
  });

  const fresh = (): Promise<Place> => {
    folders += 1;
    return Promise.resolve({ url: server.url(`states/run-${folders}`), env: server.env });
  };

  holdsAsReleaseStore(fresh);

  it("lists more releases than a page holds, passes over rubbish, and keeps out of other stacks", async () => {
    const place = await fresh();
    const store = await storeAt(place);
    const bucket = new Bucket(parseBucketUrl(place.url), place.env);
    const folder = ".landfall/releases/shop/dev/";
    await store.begin(draft);
    for (let at = 0; at < 1100; at += 50) {
      const keys = Array.from({ length: 50 }, (_, i) => `${folder}rubbish-${at + i}.json`);
      await Promise.all(keys.map((key) => bucket.write(key, "{")));
    }
    await bucket.write(`${folder}000003.json`, '{"cut off');
    await bucket.write(".landfall/releases/shop/dev-2/000009.json", "{}");
    assert.deepEqual(
      (await store.list()).map(({ number }) => number),
      [1],
    );
    assert.equal((await store.begin(draft)).number, 4);
    assert.equal((await bucket.keys(folder)).length, 1103);
  });

  it("takes a number once when the answer to its write is lost", async () => {
    const { env, url } = await fresh();
    const lossy = await losingFirstPut(server.endpoint);
    try {
      const through = url.replace(
        encodeURIComponent(server.endpoint),
        encodeURIComponent(lossy.endpoint),
      );
      const record = await (await storeAt({ url: through, env })).begin(draft);
      assert.equal(lossy.lost(), 1);
      assert.equal(record.number, 1);
      assert.equal((await (await storeAt({ url, env })).list()).length, 1);
    } finally {
      await lossy.stop();
    }
  });

  it("replaces only the version that was read", async () => {
    const { env, url } = await fresh();
    const bucket = new Bucket(parseBucketUrl(url), env);
    await bucket.write("a.json", "1");
    const seen = await bucket.read("a.json");
    assert.ok(seen);
    assert.equal(await bucket.replace("a.json", "2", seen), true);
    assert.equal(await bucket.replace("a.json", "3", seen), false);
    assert.equal((await bucket.read("a.json"))?.text, "2");
  });

  it("reads the engine's locks, and holds one that others see", async () => {
    const { env, url } = await fresh();
    const bucket = new Bucket(parseBucketUrl(url), env);
    const path = ["organization", "shop", "dev"];
    const locks = new BucketLocks(bucket, path);
    const timestamp = new Date().toISOString();
    const lock = { pid: deadPid, username: "anna", timestamp };
    const put = (name: string, host: string): Promise<void> =>
      bucket.write(
        `.pulumi/locks/organization/shop/dev/${name}`,
        JSON.stringify({ ...lock, hostname: host }),
      );
    await put("a.json", hostname());
    await put("b.json", "elsewhere");
    const found = await locks.list();
    assert.deepEqual(
      found.map(({ stale, owner }) => [stale, owner]),
      [
        [true, `anna@${hostname()}`],
        [false, "anna@elsewhere"],
      ],
    );
    await assert.rejects(
      locks.hold(() => Promise.resolve()),
      { code: "locked" },
    );
    for (const each of found) await locks.clear(each);
    await locks.hold(async () => {
      assert.equal((await new BucketLocks(bucket, path).list()).length, 1);
    });
    assert.deepEqual(await locks.list(), []);
  });

  it("says what is wrong with a bucket, and shows no secret", async () => {
    const told = async (url: string, env: Record<string, string>): Promise<string> => {
      const store = await storeAt({ url, env });
      const error = await store.list().then(
        () => assert.fail("the list should have been refused"),
        (reason: unknown) => reason as Error & { code?: string; fix?: string },
      );
      assert.equal(error.code, "backend_unreachable");
      return `${error.message} ${error.fix ?? ""}`;
    };
    const { endpoint, env } = server;
    const missing = await told(server.url("no-such-bucket"), env);
    assert.match(missing, /^s3:\/\/no-such-bucket at http:\/\/127\.0\.0\.1:\d+ has no such bucket/);
    const nobody = server.url("states").replace(encodeURIComponent(endpoint), "http://127.0.0.1:9");
    assert.match(await told(nobody, env), /does not answer \(ECONNREFUSED\)/);

    const strict = await S3Server.start();
    try {
      await strict.makeBucket("states");
      await strict.refuseAll();
      const refused = await told(strict.url("states"), env);
      assert.match(refused, /refuses access \(\w+\)/);
      for (const text of [missing, refused]) {
        assert.ok(
          !text.includes(env.AWS_SECRET_ACCESS_KEY) && !text.includes(env.AWS_ACCESS_KEY_ID),
        );
      }
    } finally {
      await strict.stop();
    }
  });
});

/** Passes requests on, and drops the answer to the first put. */
async function losingFirstPut(
  target: string,
): Promise<{ endpoint: string; lost: () => number; stop: () => Promise<void> }> {
  let lost = 0;
  const proxy = createServer((request, response) => {
    const { method, url, headers } = request;
    const onward = sendRequest(target + (url ?? "/"), { method, headers }, (answer) => {
      if (method === "PUT" && lost === 0) {
        lost += 1;
        answer.resume();
        answer.on("end", () => request.socket.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => request.socket.destroy());
    request.pipe(onward);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const { port } = proxy.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    proxy.closeAllConnections();
    proxy.close();
    await once(proxy, "close");
  };
  return { endpoint: `http://127.0.0.1:${port}`, lost: () => lost, stop };
}
