import assert from "node:assert/strict";
import * as http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { packageRoot } from "../../toolchain/paths";
import { baseImageNames, ensureBaseImages } from "../../toolchain/images/ensure";
import {
  address,
  build,
  eventually,
  exec,
  logs,
  removeAll,
  run,
  runToEnd,
  volume,
} from "./imagesSupport";

describe("the base images", () => {
  before(async function () {
    this.timeout(600_000);
    await ensureBaseImages({ root: packageRoot });
  });

  afterEach(removeAll);

  it("are found present the next time", async () => {
    const reports = await ensureBaseImages({ root: packageRoot });
    assert.deepEqual(
      reports.map(({ name, source }) => [name, source]),
      baseImageNames.map((name) => [name, "present"]),
    );
  });

  describe("debian", () => {
    it("installs packages and has the user's shell", async () => {
      const { code, output } = await runToEnd("debian:bookworm-slim", {
        cmd: [
          "bash",
          "-ec",
          "apt-get update -qq; apt-get install -qq -y --no-install-recommends jq >/dev/null; jq -n 1+1",
        ],
      });
      assert.equal(code, 0, output);
      assert.equal(output.split("\n").at(-1), "2");
    });
  });

  describe("python", () => {
    it("installs a package with pip at build, unchanged from the official image", async () => {
      const image = await build({
        "requirements.txt": "itsdangerous==2.2.0\n",
        Dockerfile: [
          "FROM python:3.11-slim-bookworm",
          "WORKDIR /app",
          "COPY requirements.txt .",
          "RUN pip install --no-cache-dir -r requirements.txt",
          "USER nobody",
          'CMD ["python", "-c", "import itsdangerous, sys; print(itsdangerous.__file__, sys.version)"]',
        ].join("\n"),
      });
      const { code, output } = await runToEnd(image);
      assert.equal(code, 0, output);
      assert.match(
        output,
        /^\/usr\/local\/lib\/python3\.11\/site-packages\/itsdangerous\/__init__\.py 3\.11\./,
      );
    });

    it("can make virtual environments with a pip of their own", async () => {
      const { code, output } = await runToEnd("python:3.11-slim-bookworm", {
        cmd: ["python", "-c", "import venv, ensurepip; print(ensurepip.version())"],
      });
      assert.equal(code, 0, output);
      assert.match(output, /^\d+\.\d+/);
    });
  });

  describe("node", () => {
    it("installs a lock file with npm ci at build and runs as the user node", async () => {
      const image = await build({
        "package.json": JSON.stringify({ ...manifest, dependencies: { ms: "2.1.3" } }),
        "package-lock.json": JSON.stringify(lock),
        Dockerfile: [
          "FROM node:18-bookworm-slim",
          "WORKDIR /app",
          "COPY package.json package-lock.json ./",
          "RUN npm ci --omit=dev",
          "USER node",
          `CMD ["-p", "[process.version, process.getuid(), require('ms')('2 days')].join(' ')"]`,
        ].join("\n"),
      });
      const { code, output } = await runToEnd(image);
      assert.equal(code, 0, output);
      assert.match(output, /^v18\.\d+\.\d+ 1000 172800000$/);
    });

    it("puts global packages under /usr/local", async () => {
      const { output } = await runToEnd("node:18-bookworm-slim", { cmd: ["npm", "prefix", "-g"] });
      assert.equal(output, "/usr/local");
    });
  });

  describe("postgres", () => {
    const env = ['POSTGRES_PASSWORD=it\'s a "secret"', "POSTGRES_USER=app", "POSTGRES_DB=shop"];
    const url = "host=127.0.0.1 user=app dbname=shop";

    it("makes the database at the first start and asks for its password over the network", async () => {
      const container = await run("postgres:15-bookworm", {
        env,
        cmd: ["postgres", "-c", "max_connections=17"],
      });
      await ready(container);
      const right = await query(container, "SHOW max_connections", 'it\'s a "secret"');
      assert.deepEqual(right, { code: 0, output: "17" });
      const wrong = await query(container, "SELECT 1", "guess");
      assert.notEqual(wrong.code, 0);
      assert.match(wrong.output, /password authentication failed/);
      const { output } = await exec(container, ["sh", "-c", "grep ^Uid: /proc/1/status"]);
      assert.match(output, /^Uid:\s+999\s+999/);
    });

    it("keeps its data over a stop, and stops in order", async () => {
      const data = await volume();
      const binds = [`${data}:/var/lib/postgresql/data`];
      const first = await run("postgres:15-bookworm", { env, binds });
      await ready(first);
      await query(first, "CREATE TABLE t AS SELECT 42 AS answer", 'it\'s a "secret"');
      await first.stop({ t: 20 });
      assert.match(await logs(first), /database system is shut down$/);
      assert.equal((await first.inspect()).State.ExitCode, 0);
      // The password is set at the first start alone, so that it may be gone later.
      const second = await run("postgres:15-bookworm", { binds });
      await ready(second);
      const answer = await query(second, "SELECT answer FROM t", 'it\'s a "secret"');
      assert.deepEqual(answer, { code: 0, output: "42" });
      assert.doesNotMatch(await logs(second), /Making a new cluster/);
    });

    it("starts over when it was killed while the cluster was made, whenever that was", async function () {
      this.timeout(60_000);
      const binds = [`${await volume()}:/var/lib/postgresql/data`];
      let interrupted = 0;
      // The set-up takes a second or two; the kills go through it in steps.
      for (const delay of [300, 700, 1100]) {
        const victim = await run("postgres:15-bookworm", { env, binds });
        await sleep(delay);
        await victim.kill();
        if (!(await logs(victim)).includes("The new cluster is complete")) interrupted++;
      }
      assert.ok(interrupted > 0, "no kill came before the end of the set-up");
      const survivor = await run("postgres:15-bookworm", { env, binds });
      await ready(survivor);
      const answer = await query(survivor, "SELECT current_database()", 'it\'s a "secret"');
      assert.deepEqual(answer, { code: 0, output: "shop" });
      const left = await exec(survivor, ["sh", "-c", 'ls -d "$PGDATA"/.[a-z]* || true']);
      assert.match(left.output, /No such file/);
    });

    it("reads the password from a file and sets up what the scripts say", async () => {
      const image = await build({
        password: "from a file\n",
        "10-table.sql": "CREATE TABLE seeds (n int); INSERT INTO seeds VALUES (7);",
        Dockerfile: [
          "FROM postgres:15-bookworm",
          "COPY password /run/password",
          "COPY 10-table.sql /docker-entrypoint-initdb.d/",
        ].join("\n"),
      });
      const container = await run(image, {
        env: ["POSTGRES_PASSWORD_FILE=/run/password", "POSTGRES_USER=app", "POSTGRES_DB=shop"],
      });
      await ready(container);
      const answer = await query(container, "SELECT n FROM seeds", "from a file");
      assert.deepEqual(answer, { code: 0, output: "7" });
    });

    it("refuses a start without a password, with two, or on a volume with other files", async () => {
      const none = await runToEnd("postgres:15-bookworm");
      assert.equal(none.code, 1);
      assert.match(none.output, /needs a password: set POSTGRES_PASSWORD_FILE/);
      const two = await runToEnd("postgres:15-bookworm", {
        env: ["POSTGRES_PASSWORD=a", "POSTGRES_PASSWORD_FILE=/b"],
      });
      assert.equal(two.code, 1);
      assert.match(two.output, /POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are both set/);
      const binds = [`${await volume()}:/var/lib/postgresql/data`];
      const cmd = ["touch", "/var/lib/postgresql/data/precious"];
      await runToEnd("postgres:15-bookworm", { binds, cmd });
      const other = await runToEnd("postgres:15-bookworm", { env, binds });
      assert.equal(other.code, 1);
      assert.match(other.output, /holds files, but no Postgres cluster/);
    });

    async function ready(container: Docker.Container): Promise<void> {
      await eventually("postgres answers", async () => {
        const { State } = await container.inspect();
        if (!State.Running) throw new Error(`postgres ended:\n${await logs(container)}`);
        return (await exec(container, ["pg_isready", "-q", "-d", url])).code === 0;
      });
    }

    function query(
      container: Docker.Container,
      sql: string,
      password: string,
    ): ReturnType<typeof exec> {
      const cmd = ["psql", "--no-psqlrc", "-Atc", sql, url];
      return exec(container, cmd, { env: [`PGPASSWORD=${password}`] });
    }
  });

  describe("redis", () => {
    it("wants the password, saves to its volume and drops root's rights", async () => {
      const binds = [`${await volume()}:/data`];
      const cmd = [
        "redis-server",
        "--requirepass",
        "secret",
        "--save",
        "3600 1",
        "--maxmemory",
        "64mb",
      ];
      const first = await run("redis:7-bookworm", { binds, cmd });
      await eventually("redis answers", () => answers(first));
      const refused = await exec(first, ["redis-cli", "GET", "key"]);
      assert.match(refused.output, /NOAUTH/);
      await exec(first, [...cli, "SET", "key", "kept"]);
      const { output: user } = await exec(first, ["sh", "-c", "grep ^Uid: /proc/1/status"]);
      assert.match(user, /^Uid:\s+999\s+999/);
      // A stop saves, for there are unsaved changes and save points.
      await first.stop({ t: 20 });
      const second = await run("redis:7-bookworm", { binds, cmd });
      await eventually("redis answers", () => answers(second));
      assert.equal((await exec(second, [...cli, "GET", "key"])).output, "kept");
    });

    it("answers other containers without a password, as the official image does", async () => {
      const server = await run("redis:7-bookworm");
      const host = await address(server);
      await eventually("redis answers", async () => {
        const { output } = await exec(server, ["redis-cli", "-h", host, "PING"]);
        return output === "PONG";
      });
    });

    const cli = ["redis-cli", "--no-auth-warning", "-a", "secret"];

    async function answers(container: Docker.Container): Promise<boolean> {
      return (await exec(container, [...cli, "PING"])).output === "PONG";
    }
  });

  describe("haproxy", () => {
    const config = [
      "global",
      "  stats socket /tmp/admin.sock mode 600 level admin",
      "defaults",
      "  mode http",
      "  timeout connect 1s",
      "  timeout client 5s",
      "  timeout server 5s",
      "frontend web",
      "  bind :80",
      "  http-request return status 200 content-type text/plain string routed",
      "",
    ].join("\n");

    it("checks a configuration and names the line that is wrong", async () => {
      const image = await withConfig(config.replace("mode http", "mode wrong"));
      const { code, output } = await runToEnd(image, {
        cmd: ["haproxy", "-c", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
      });
      assert.equal(code, 1);
      assert.match(output, /haproxy\.cfg:4.*wrong/);
    });

    it("serves a low port as the user haproxy and takes runtime commands", async () => {
      const container = await run(await withConfig(config));
      await eventually("haproxy answers", async () => (await get(container, 80)) === "routed");
      const { output } = await exec(container, ["bash", "-c", "id -u; grep ^Uid: /proc/1/status"]);
      assert.match(output, /^99\nUid:\s+99\s+99/);
      await container.stop({ t: 10 });
      assert.equal((await container.inspect()).State.ExitCode, 0);
    });

    function withConfig(text: string): Promise<string> {
      return build({
        "haproxy.cfg": text,
        Dockerfile: "FROM haproxy:2.6-bookworm\nCOPY haproxy.cfg /usr/local/etc/haproxy/",
      });
    }
  });

  describe("nginx", () => {
    it("serves files as root's child by default, and logs to the container's output", async () => {
      const container = await run("nginx:1.22");
      await eventually("nginx answers", async () =>
        (await get(container, 80)).includes("nginx works"),
      );
      await eventually("the request is logged", async () =>
        /"GET \/ HTTP\/1\.1" 200/.test(await logs(container)),
      );
    });

    it("serves as any user on a read-only root", async () => {
      const container = await run("nginx:1.22", {
        user: "12345:12345",
        readOnly: true,
        tmpfs: { "/tmp": "mode=1777" },
      });
      await eventually("nginx answers", async () =>
        (await get(container, 80)).includes("nginx works"),
      );
      const { output } = await exec(container, ["sh", "-c", "grep ^Uid: /proc/1/status"]);
      assert.match(output, /^Uid:\s+12345/);
      await container.stop({ t: 10 });
      assert.equal((await container.inspect()).State.ExitCode, 0);
    });

    it("fills the environment's variables into templates and leaves its own alone", async () => {
      const image = await build({
        "default.conf.template":
          'server { listen 8080; location / { return 200 "${GREETING} $uri"; } }',
        Dockerfile:
          "FROM nginx:1.22\nCOPY default.conf.template /etc/nginx/templates/\nUSER nginx\n",
      });
      const container = await run(image, { env: ["GREETING=hello"] });
      await eventually("nginx answers", async () => (await get(container, 8080)) === "hello /");
    });
  });
});

/** The body of an answer, or what went wrong, in words. */
async function get(container: Docker.Container, port: number): Promise<string> {
  const host = await address(container);
  return new Promise((resolve) => {
    const request = http.get({ host, port, timeout: 1000, agent: false }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => {
        resolve(body);
      });
    });
    request.on("timeout", () => request.destroy(new Error("time-out")));
    request.on("error", (error) => {
      resolve(error.message);
    });
  });
}

const manifest = { name: "tiny", version: "1.0.0" };

const lock = {
  ...manifest,
  lockfileVersion: 3,
  requires: true,
  packages: {
    "": { ...manifest, dependencies: { ms: "2.1.3" } },
    "node_modules/ms": {
      version: "2.1.3",
      integrity:
        "sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==",
    },
  },
};
