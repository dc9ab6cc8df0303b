import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { pino } from "pino";
import { createCache } from "../../src/cache.js";
import { connectionTo } from "../../src/postgresTls.js";
import { remove, startPostgresWithTls, startRedisCluster, until } from "../support/containers.js";

const run = promisify(execFile);
const log = pino({ level: "silent" });

describe("a database that wants TLS", () => {
  /** @type {import("../support/containers.js").Running} */
  let postgres;
  /** @type {string} */
  let folder;
  /** @type {Buffer} */
  let certificate;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "landfall-tls-"));
    const files = { key: path.join(folder, "key.pem"), cert: path.join(folder, "cert.pem") };
    const subject = ["-subj", "/CN=db.example", "-days", "2"];
    await run("openssl", [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...subject],
      ...["-keyout", files.key, "-out", files.cert],
    ]);
    certificate = await readFile(files.cert);
    postgres = await startPostgresWithTls({
      key: await readFile(files.key, "utf8"),
      certificate: certificate.toString(),
    });
  });
  after(async () => {
    await remove(postgres);
    await rm(folder, { recursive: true, force: true });
  });

  /** @param {string} mode @param {Buffer} [databaseAuthorities] */
  async function isEncrypted(mode, databaseAuthorities) {
    const databaseUrl = `${postgres.url}?sslmode=${mode}`;
    const client = new pg.Client(connectionTo({ databaseUrl, databaseAuthorities }));
    client.on("error", () => {});
    try {
      await client.connect();
      const { rows } = await client.query(
        "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
      );
      return rows[0]?.ssl;
    } finally {
      await client.end().catch(() => {});
    }
  }

  it("is spoken to encrypted with sslmode=require, whoever has signed its certificate", async () => {
    assert.equal(await isEncrypted("require"), true);
  });

  it("is believed with the bundle that its certificate is in", async () => {
    assert.equal(await isEncrypted("require", certificate), true);
    assert.equal(await isEncrypted("verify-ca", certificate), true);
  });

  it("is refused without such a bundle, or for another host, where that is asked", async () => {
    await assert.rejects(isEncrypted("verify-ca"), /self-signed certificate/);
    await assert.rejects(isEncrypted("verify-full", certificate), /does not match certificate/);
  });
});

describe("a cache in cluster mode", () => {
  /** @type {import("../support/containers.js").Running} */
  let redis;
  before(async () => {
    redis = await startRedisCluster();
  });
  after(async () => {
    await remove(redis);
  });

  it("keeps and finds values wherever the cluster has them", async () => {
    const cache = createCache({ redisUrl: redis.url, redisMode: "cluster" }, log);
    try {
      await until("the cluster is known", async () => (await cache.status()) === "up");
      for (const key of ["a", "b", "c"]) await cache.set(key, `value of ${key}`, 60);
      assert.equal(await cache.get("b"), "value of b");
      assert.equal(await cache.get("nothing"), undefined);
    } finally {
      cache.close();
    }
  });

  it("is down, and no error, where the cluster is away", async () => {
    const away = { redisUrl: "redis://127.0.0.1:1/0", redisMode: /** @type {const} */ ("cluster") };
    const cache = createCache(away, log);
    try {
      assert.equal(await cache.status(), "down");
      assert.equal(await cache.get("a"), undefined);
      await cache.set("a", "b", 60);
    } finally {
      cache.close();
    }
  });
});
