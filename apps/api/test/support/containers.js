import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";

const run = promisify(execFile);
const POSTGRES_IMAGE = process.env.TEST_POSTGRES_IMAGE ?? "postgres:15-bookworm";
const REDIS_IMAGE = process.env.TEST_REDIS_IMAGE ?? "redis:7-bookworm";
export const PASSWORD = "s3cret/p@ss'word";
const START_TIMEOUT_MS = 30_000;

/** @typedef {{ name: string, port: number, url: string }} Running */

/** @returns {Promise<Running>} */
export async function startPostgres() {
  const port = await freePort();
  const credentials = `postgres:${encodeURIComponent(PASSWORD)}`;
  const url = `postgres://${credentials}@127.0.0.1:${port}/postgres`;
  const name = await start(POSTGRES_IMAGE, port, 5432, ["-e", `POSTGRES_PASSWORD=${PASSWORD}`]);
  await until("Postgres answers", () => query(url, "SELECT 1"));
  return { name, port, url };
}

/** @returns {Promise<Running>} */
export async function startRedis() {
  const port = await freePort();
  const command = ["redis-server", "--requirepass", PASSWORD, "--save", ""];
  const name = await start(REDIS_IMAGE, port, 6379, [], command);
  return { name, port, url: `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/0` };
}

/**
 * Postgres that lets nobody in over TCP without TLS.
 *
 * @param {{ key: string, certificate: string }} pair in PEM
 * @returns {Promise<Running>}
 */
export async function startPostgresWithTls({ key, certificate }) {
  const port = await freePort();
  const script = `
    umask 077
    printf %s "$KEY" >/tmp/key.pem
    printf %s "$CERTIFICATE" >/tmp/cert.pem
    printf 'local all all trust\nhostssl all all all scram-sha-256\n' >/tmp/pg_hba.conf
    chown postgres /tmp/*.pem /tmp/pg_hba.conf
    exec docker-entrypoint.sh postgres -c ssl=on -c ssl_key_file=/tmp/key.pem \
      -c ssl_cert_file=/tmp/cert.pem -c hba_file=/tmp/pg_hba.conf`;
  const env = { POSTGRES_PASSWORD: PASSWORD, KEY: key, CERTIFICATE: certificate };
  const options = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  const name = await start(POSTGRES_IMAGE, port, 5432, options, ["bash", "-c", script]);
  const ready = ["exec", name, "pg_isready", "-q", "-h", "127.0.0.1"];
  await until("Postgres answers", () => run("docker", ready));
  const credentials = `postgres:${encodeURIComponent(PASSWORD)}`;
  return { name, port, url: `postgres://${credentials}@127.0.0.1:${port}/postgres` };
}

/**
 * A cluster of one node, which has all keys.
 *
 * @returns {Promise<Running>}
 */
export async function startRedisCluster() {
  const port = await freePort();
  const cluster = ["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"];
  const command = [
    ...["redis-server", "--requirepass", PASSWORD, "--save", ""],
    ...[...cluster, "--cluster-announce-port", String(port)],
  ];
  const name = await start(REDIS_IMAGE, port, 6379, ["-e", `REDISCLI_AUTH=${PASSWORD}`], command);
  const slots = ["exec", name, "redis-cli", "cluster", "addslotsrange", "0", "16383"];
  await until("Redis has the slots", async () =>
    /OK|busy/.test((await run("docker", slots)).stdout),
  );
  return { name, port, url: `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/0` };
}

/** @param {"restart" | "stop" | "start"} verb @param {Running} container */
export async function docker(verb, { name }) {
  await run("docker", [verb, ...(verb === "start" ? [] : ["-t", "5"]), name]);
}

/** @param {(Running | undefined)[]} containers */
export async function remove(...containers) {
  const names = containers.flatMap((container) =>
    container === undefined ? [] : [container.name],
  );
  if (names.length > 0) await removeNames(names);
}

/**
 * An empty database of its own for a suite.
 *
 * @param {Running} postgres
 */
export async function createDatabase({ url }) {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await query(url, `CREATE DATABASE ${name}`);
  return url.replace(/postgres$/, name);
}

/**
 * @param {string} url
 * @param {string} text
 * @param {unknown[]} [values]
 */
export async function query(url, text, values) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.query(text, values)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Waits for a condition: until it returns without an error and not `false`.
 *
 * @param {string} what
 * @param {() => unknown} condition
 * @param {number} [timeoutMs]
 */
export async function until(what, condition, timeoutMs = START_TIMEOUT_MS) {
  const deadline = Date.now() + timeoutMs;
  /** @type {unknown} */
  let last;
  while (Date.now() < deadline) {
    try {
      last = await condition();
      if (last !== false) return;
    } catch (error) {
      last = error;
    }
    await sleep(50);
  }
  throw new Error(`not within ${timeoutMs} ms: ${what} (last: ${String(last)})`);
}

/** @returns {Promise<number>} */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/**
 * @param {string} image
 * @param {number} port
 * @param {number} inner
 * @param {string[]} options
 * @param {string[]} [command]
 */
async function start(image, port, inner, options, command = []) {
  const name = `landfall-apps-test-${randomBytes(4).toString("hex")}`;
  const label = ["--label", "landfall.test=apps"];
  const publish = ["-p", `127.0.0.1:${port}:${inner}`];
  const args = ["run", "-d", "--pull", "never", "--name", name, "--network", name, ...label];
  try {
    await run("docker", ["network", "create", ...label, name]);
    await run("docker", [...args, ...publish, ...options, image, ...command]);
    return name;
  } catch (error) {
    await removeNames([name]);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${image} does not start (scripts/up makes the base images): ${reason}`);
  }
}

/** @param {string[]} names */
async function removeNames(names) {
  await run("docker", ["rm", "--force", "--volumes", ...names]).catch(() => {});
  await run("docker", ["network", "rm", ...names]).catch(() => {});
}
