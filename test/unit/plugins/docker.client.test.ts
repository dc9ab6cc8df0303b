import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extract } from "tar-stream";
import { resolveAddress } from "../../../toolchain/plugins/docker/client/address";
import { Daemon } from "../../../toolchain/plugins/docker/client/daemon";
import { registryOf, storedAuth } from "../../../toolchain/plugins/docker/client/registryAuth";
import { checkProviderConfig } from "../../../toolchain/plugins/docker/config";
import { withoutFrames } from "../../../toolchain/plugins/docker/container/logs";
import { graceSeconds } from "../../../toolchain/plugins/docker/container/remove";
import { createRequest } from "../../../toolchain/plugins/docker/container/request";
import { contextDigest } from "../../../toolchain/plugins/docker/image/contextDigest";
import { buildContext } from "../../../toolchain/plugins/docker/image/contextTar";
import { canonicalRepository, digestFor } from "../../../toolchain/plugins/docker/images/reference";
import { overlap } from "../../../toolchain/plugins/docker/networks/conflicts";
import { redactor } from "../../../toolchain/plugins/docker/secrets";
import { Secret } from "../../../toolchain/plugins/host";

describe("the docker plugin's way to the daemon", () => {
  it("takes the host from the configuration, the environment, or the default", () => {
    const host = (config: object, env: Record<string, string>): string =>
      resolveAddress(config, env).host;
    assert.equal(host({}, {}), "unix:///var/run/docker.sock");
    assert.equal(host({}, { DOCKER_HOST: "tcp://a:1" }), "tcp://a:1");
    assert.equal(host({ host: "tcp://b:2" }, { DOCKER_HOST: "tcp://a:1" }), "tcp://b:2");
  });

  it("speaks unix sockets, TCP, TLS and SSH", () => {
    const options = (host: string, env: Record<string, string> = {}): object =>
      resolveAddress({ host }, env).options;
    assert.deepEqual(options("unix:///run/d.sock"), {
      host: undefined,
      socketPath: "/run/d.sock",
      protocol: "http",
    });
    assert.deepEqual(options("tcp://h:2375"), {
      socketPath: undefined,
      protocol: "http",
      host: "h",
      port: 2375,
    });
    assert.deepEqual(options("ssh://me@h", { SSH_AUTH_SOCK: "/agent" }), {
      socketPath: undefined,
      protocol: "ssh",
      host: "h",
      port: 22,
      username: "me",
      sshOptions: { agent: "/agent" },
    });
    const material = { caMaterial: "ca", certMaterial: "cert", keyMaterial: "key" };
    const tls = resolveAddress({ host: "tcp://h", ...material }, {}).options;
    assert.equal(tls.protocol, "https");
    assert.equal(tls.port, 2376);
    assert.throws(() => resolveAddress({ caMaterial: "ca" }, {}), /go together/);
    assert.throws(() => resolveAddress({ host: "ftp://h" }, {}), /must start with unix/);
    assert.throws(
      () => resolveAddress({ context: "no-such" }, {}),
      /context "no-such" cannot be read/,
    );
  });

  it("says which host it tried, where that came from, and what to do", async () => {
    const daemon = new Daemon({ host: "unix:///no/such/docker.sock" });
    await assert.rejects(
      daemon.ask("list images", (docker) => docker.listImages()),
      /No Docker daemon answers at unix:\/\/\/no\/such\/docker\.sock \(docker:host\): .*ENOENT.*Start Docker/,
    );
  });

  it("names the configuration that it does not serve", () => {
    const { failures = [] } = checkProviderConfig({
      hots: "x",
      sshOpts: '["-v"]',
      registryAuth: "[1]",
      version: "5.2.0",
    });
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["hots", "sshOpts", "registryAuth"],
    );
  });

  it("finds the credentials that the Docker CLI has", async () => {
    const folder = mkdtempSync(join(tmpdir(), "landfall-docker-config-"));
    try {
      const auth = Buffer.from("me:se:cret").toString("base64");
      const auths = { "https://index.docker.io/v1/": { auth }, "r.test:5000": { auth } };
      writeFileSync(join(folder, "config.json"), JSON.stringify({ auths }));
      for (const server of ["docker.io", "https://r.test:5000/v2/"]) {
        const found = await storedAuth(server, folder);
        assert.deepEqual([found?.username, found?.password], ["me", "se:cret"], server);
      }
      assert.equal(await storedAuth("other.test", folder), undefined);
      writeFileSync(join(folder, "config.json"), "{");
      await assert.rejects(storedAuth("docker.io", folder), /cannot be understood/);
    } finally {
      rmSync(folder, { recursive: true });
    }
    assert.equal(registryOf("library/nginx:1"), "docker.io");
    assert.equal(registryOf("localhost/nginx"), "localhost");
    assert.equal(registryOf("r.test:5000/a/b:1"), "r.test:5000");
  });
});

describe("the docker plugin's requests", () => {
  it("say everything that the program says", () => {
    const { HostConfig: host, ...config } = createRequest({
      image: "a",
      name: "n",
      memory: 1,
      memorySwap: -1,
      cpus: "1.5",
      ports: [
        { internal: 53, external: 5353, ip: "127.0.0.1", protocol: "udp" },
        { internal: 53, external: 54, ip: "0.0.0.0", protocol: "udp" },
      ],
      volumes: [
        { volumeName: "v", containerPath: "/v", readOnly: true },
        { containerPath: "/anonymous" },
        { fromContainer: "c" },
      ],
      securityOpts: ["systempaths=unconfined", "no-new-privileges:true"],
      hosts: [{ host: "h", ip: "1.2.3.4" }],
      healthcheck: { tests: ["CMD", "x"], interval: "1m30s", retries: 2 },
      entrypoints: [],
    });
    assert.equal(config.Entrypoint, undefined);
    assert.deepEqual(config.Healthcheck, {
      Test: ["CMD", "x"],
      Interval: 90e9,
      Timeout: 0,
      StartPeriod: 0,
      Retries: 2,
    });
    assert.deepEqual(config.Volumes, { "/v": {}, "/anonymous": {} });
    assert.equal(host?.Memory, 1024 * 1024);
    assert.equal(host.MemorySwap, -1);
    assert.equal(host.NanoCpus, 1.5e9);
    assert.deepEqual(host.Binds, ["v:/v:ro"]);
    assert.deepEqual(host.VolumesFrom, ["c"]);
    assert.deepEqual(host.SecurityOpt, ["no-new-privileges:true"]);
    assert.deepEqual(host.MaskedPaths, []);
    assert.deepEqual(host.PortBindings, {
      "53/udp": [
        { HostIp: "127.0.0.1", HostPort: "5353" },
        { HostIp: "0.0.0.0", HostPort: "54" },
      ],
    });
  });

  it("give a container the time that the program gives it", () => {
    assert.equal(graceSeconds({ destroyGraceSeconds: 5, stopTimeout: 20 }), 5);
    assert.equal(graceSeconds({ destroyGraceSeconds: null, stopTimeout: 20 }), 20);
    assert.equal(graceSeconds({ stopTimeout: 0 }), 0);
  });

  it("know overlapping addresses", () => {
    assert.ok(overlap("10.0.0.0/8", "10.1.2.0/24"));
    assert.ok(overlap("10.1.2.0/24", "10.0.0.0/8"));
    assert.ok(!overlap("10.1.2.0/24", "10.1.3.0/24"));
    assert.ok(overlap("fd00::/16", "fd00:1::/32"));
    assert.ok(!overlap("fd00::/16", "10.0.0.0/8"));
  });

  it("take the frames off a container's output", () => {
    const frame = (text: string): Buffer => {
      const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, text.length]);
      return Buffer.concat([header, Buffer.from(text)]);
    };
    assert.equal(withoutFrames(Buffer.concat([frame("a\n"), frame("bc")])).toString(), "a\nbc");
  });

  it("refer to an image by the digest of its own repository", () => {
    assert.equal(
      digestFor("r.test:5000/a:1", ["a@sha256:1", "r.test:5000/a@sha256:2"]),
      "r.test:5000/a@sha256:2",
    );
    assert.equal(digestFor("a:1", []), "");
    assert.equal(canonicalRepository("a:1"), "docker.io/library/a");
    assert.equal(canonicalRepository("u/a"), "docker.io/u/a");
    assert.equal(canonicalRepository("127.0.0.1:5000/a:1"), "127.0.0.1:5000/a");
  });

  it("hide secrets in every spelling of an environment", () => {
    const redact = redactor([
      { envs: [new Secret("PASSWORD=hunter22"), "A=1"], short: new Secret("ab") },
    ]);
    assert.equal(redact("hunter22 and PASSWORD=hunter22, ab A=1"), "[secret] and [secret], ab A=1");
    const base64 = Buffer.from("user:hunter22").toString("base64").replace(/=+$/, "");
    assert.match(redact(base64), /\[secret\]/);
    const named = redactor([{ envs: [new Secret("DATABASE_PASSWORD=a b/c&d+e")] }]);
    assert.equal(
      named("no DATABASE_PASSWORD= in a%20b%2Fc%26d%2Be"),
      "no DATABASE_PASSWORD= in [secret]",
    );
  });
});

describe("the docker plugin's build context", () => {
  const folder = mkdtempSync(join(tmpdir(), "landfall-docker-context-"));
  const context = join(folder, "fx");
  const started = process.cwd();

  before(() => {
    const write = (path: string, content: string, mode = 0o644): void => {
      writeFileSync(join(context, path), content);
      chmodSync(join(context, path), mode);
    };
    mkdirSync(join(context, "src/deep"), { recursive: true });
    mkdirSync(join(context, "a"));
    write("Dockerfile", "FROM scratch\n");
    write("src/one.txt", "one");
    write("src/deep/two.pyc", "two");
    write("a/z", "three");
    write("a-b", "four", 0o755);
    symlinkSync("src/one.txt", join(context, "link"));
    writeFileSync(join(folder, "Out"), "FROM scratch\n# outside\n");
    process.chdir(folder);
  });

  after(() => {
    process.chdir(started);
    rmSync(folder, { recursive: true });
  });

  // Digests of the official plugin's own function on the same files.
  it("has the official digest", async () => {
    const plain = "6a4e7e72e649b99d81bfb7ed3d8928594d480106444ac04c249211fe8410d87d";
    assert.equal(await contextDigest("fx", "fx/Dockerfile"), plain);
    assert.equal(await contextDigest("./fx", "./fx/Dockerfile"), plain);
    writeFileSync(join(context, ".dockerignore"), "**/*.pyc\n/a\n!a/z\n");
    chmodSync(join(context, ".dockerignore"), 0o644);
    assert.equal(
      await contextDigest("fx", "fx/Dockerfile"),
      "4fe094f5a0f1849f5a25bbb2418585476bcc09beb0acd909dcd9085bac28327e",
    );
    assert.equal(
      await contextDigest("fx", "Out"),
      "5a0e9059153947494df5840a75a027b2ca058c3d1183478f54bc850b12d21c94",
    );
  });

  it("is packed without what is ignored, and with a Dockerfile from outside", async () => {
    writeFileSync(join(context, ".dockerignore"), "**/*.pyc\nDockerfile\n");
    const inside = await buildContext("fx", "fx/Dockerfile");
    assert.equal(inside.dockerfile, "Dockerfile");
    assert.deepEqual(await namesIn(inside.archive), [
      ".dockerignore",
      "Dockerfile",
      "a",
      "a-b",
      "a/z",
      "link",
      "src",
      "src/deep",
      "src/one.txt",
    ]);
    const outside = await buildContext("fx", "Out");
    assert.match(outside.dockerfile, /^\.dockerfile\.[0-9a-f]{20}$/);
    assert.ok((await namesIn(outside.archive)).includes(outside.dockerfile));
  });

  it("says which link leads nowhere", async () => {
    symlinkSync("nowhere", join(context, "dangling"));
    await assert.rejects(contextDigest("fx", "fx/Dockerfile"), /fx\/dangling .*leads nowhere/);
    rmSync(join(context, "dangling"));
  });
});

async function namesIn(archive: NodeJS.ReadableStream): Promise<string[]> {
  const names: string[] = [];
  const entries = extract();
  entries.on("entry", (header, stream, next) => {
    names.push(header.name.replace(/\/$/, ""));
    stream.on("end", () => {
      next();
    });
    stream.resume();
  });
  for await (const chunk of archive) entries.write(chunk);
  entries.end(null);
  await new Promise<void>((resolve) =>
    entries.on("finish", () => {
      resolve();
    }),
  );
  return names.sort();
}
