import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const CONTEXT = fileURLToPath(new URL("..", import.meta.url));
const UNIQUE = randomBytes(4).toString("hex");
const NETWORK = `landfall-apps-test-${UNIQUE}`;
const TAG = `landfall-apps-test-web:${UNIQUE}`;
const LABEL = ["--label", "landfall.test=apps"];
// As strict as a platform may be.
const STRICT = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--memory", "64m"];

describe("the web image", function () {
  this.timeout(60_000);
  let name;
  let url;

  before(async () => {
    await run("docker", ["build", "-q", "-t", TAG, CONTEXT]);
    await run("docker", ["network", "create", ...LABEL, NETWORK]);
    ({ name, url } = await start({ API_PORT: "55300" }));
  });
  after(async () => {
    const { stdout } = await run("docker", ["ps", "-aq", "--filter", `network=${NETWORK}`]);
    const left = stdout.split("\n").filter(Boolean);
    if (left.length > 0) await run("docker", ["rm", "-f", ...left]);
    await run("docker", ["network", "rm", NETWORK]).catch(() => {});
    await run("docker", ["rmi", "-f", TAG]);
  });

  it("serves the page uncached, with a policy that allows its API and nothing else", async () => {
    const response = await fetch(url);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("cache-control"), "no-cache");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    const policy = response.headers.get("content-security-policy");
    assert.match(policy, /default-src 'none'; script-src 'self'/);
    assert.match(policy, /connect-src http:\/\/127\.0\.0\.1:55300 .*wss:\/\/127\.0\.0\.1:55300;/);
    assert.match(await response.text(), /<h1>Larder<\/h1>/);
  });

  it("tells the page where its API is", async () => {
    const response = await fetch(`${url}config.js`);
    assert.equal(response.headers.get("cache-control"), "no-cache");
    assert.equal(
      await response.text(),
      'window.LANDFALL_CONFIG = { apiBaseUrl: "", apiPort: 55300 };\n',
    );
  });

  it("caches an asset for ever only when it is asked for with its hash", async () => {
    const plain = await fetch(`${url}assets/app.js`);
    assert.equal(plain.headers.get("cache-control"), "no-cache");
    assert.equal(plain.headers.get("content-encoding"), "gzip");
    assert.match(plain.headers.get("content-type"), /javascript/);
    const hashed = await fetch(`${url}assets/app.js?v=0a1b2c`);
    assert.equal(hashed.headers.get("cache-control"), "public, max-age=31536000, immutable");
  });

  it("answers unknown paths with the page and unknown assets with 404", async () => {
    assert.match(await (await fetch(`${url}some/view`)).text(), /<h1>Larder/);
    assert.equal((await fetch(`${url}assets/gone.js`)).status, 404);
    assert.equal(await (await fetch(`${url}healthz`)).text(), "ok\n");
  });

  it("puts no host name into a header that is none", async () => {
    const { stdout } = await run("docker", [
      ...["exec", name, "sh", "-c"],
      `printf 'GET / HTTP/1.1\\r\\nHost: x;script-src *\\r\\nConnection: close\\r\\n\\r\\n' | ` +
        `bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080; cat >&3; cat <&3' | head -20`,
    ]);
    assert.ok(!stdout.includes("x;script-src"), stdout);
  });

  it("logs requests as JSON, and no successful probe", async () => {
    await fetch(`${url}healthz`);
    const { stdout } = await run("docker", ["logs", name]);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.ok(lines.some(({ path, status }) => path === "/index.html" && status === 200));
    assert.ok(!lines.some(({ path }) => path === "/healthz"));
  });

  it("stops within a second when it is asked to, with exit code 0", async () => {
    const started = Date.now();
    await run("docker", ["stop", "-t", "10", name]);
    assert.ok(Date.now() - started < 5000);
    const { stdout } = await run("docker", ["inspect", "-f", "{{.State.ExitCode}}", name]);
    assert.equal(stdout.trim(), "0");
  });

  it("takes another origin for its API, or its own", async () => {
    for (const [base, expected] of [
      [
        "https://api.example.com:8443",
        "connect-src https://api.example.com:8443 wss://api.example.com:8443;",
      ],
      ["/", "connect-src 'self';"],
    ]) {
      const other = await start({ API_BASE_URL: base });
      try {
        const policy = (await fetch(other.url)).headers.get("content-security-policy");
        assert.ok(policy.includes(expected), policy);
      } finally {
        await run("docker", ["rm", "-f", other.name]);
      }
    }
  });

  for (const env of [
    "API_PORT=http",
    "API_PORT=99999999",
    "API_BASE_URL=ftp://x",
    "API_BASE_URL=https://x/api",
    "API_BASE_URL=https://x|y",
  ]) {
    it(`refuses to start with ${env}`, async () => {
      const error = await run("docker", [
        "run",
        "--rm",
        "--network",
        "none",
        ...LABEL,
        "-e",
        env,
        TAG,
      ]).catch((e) => e);
      assert.equal(error.code, 2);
      assert.match(
        error.stderr,
        new RegExp(`"level":"fatal","message":"${env.split("=")[0]} must be`),
      );
    });
  }

  async function start(env) {
    const options = Object.entries(env).flatMap(([key, value]) => ["-e", `${key}=${value}`]);
    const publish = ["--network", NETWORK, "-p", "127.0.0.1::8080"];
    const { stdout } = await run("docker", [
      "run",
      "-d",
      ...LABEL,
      ...STRICT,
      ...publish,
      ...options,
      TAG,
    ]);
    const id = stdout.trim();
    const { stdout: address } = await run("docker", ["port", id, "8080"]);
    const started = { name: id, url: `http://${address.split("\n")[0]}/` };
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline) {
      if (
        await fetch(`${started.url}healthz`).then(
          (r) => r.ok,
          () => false,
        )
      )
        return started;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`not up within 10 s: ${(await run("docker", ["logs", id])).stderr}`);
  }
});
