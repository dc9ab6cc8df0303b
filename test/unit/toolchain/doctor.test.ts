import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as os from "node:os";
import { diagnose } from "../../../toolchain/doctor";
import type { Check, DoctorOptions } from "../../../toolchain/doctor";
import { checkCaBundle, checkDisk, checkNode } from "../../../toolchain/doctorHost";
import { temporaryFolder } from "./folder";

const DOCKER = {
  version: "24.0.1",
  apiVersion: "1.43",
  storageDriver: "overlay2",
  dataRoot: "/no",
};

describe("the doctor", () => {
  const folder = temporaryFolder();

  const look = async (more: DoctorOptions = {}): Promise<(name: string) => Check> => {
    const checks = await diagnose(folder(), {
      env: { PATH: "/nowhere" },
      docker: () => Promise.resolve(DOCKER),
      portSources: { published: () => Promise.resolve([]), proc: undefined },
      ...more,
    });
    return (name) => {
      const check = checks.find((each) => each.name === name);
      assert.ok(check, `no check "${name}" in ${checks.map((each) => each.name).join(", ")}`);
      return check;
    };
  };

  const failing = (code: string): (() => Promise<never>) => {
    return () => Promise.reject(Object.assign(new Error(`connect ${code}`), { code }));
  };

  it("finds an empty folder in need of set-up, not broken", async () => {
    const check = await look();
    assert.equal(check("engine").status, "warn");
    assert.match(check("engine").fix ?? "", /landfall up/);
    assert.equal(check("docker").status, "ok");
    assert.equal(
      check("docker").detail,
      "Docker 24.0.1, API 1.43, overlay2, at unix:///var/run/docker.sock",
    );
    assert.equal(check("disk of .landfall").status === "fail", false);
  });

  for (const [code, detail, fix] of [
    ["ENOENT", /no daemon answers/, /scripts\/up as root/],
    ["ECONNREFUSED", /no daemon answers/, /scripts\/up as root/],
    ["EACCES", /no permission/, /group docker/],
    ["EPROTO", /does not answer properly: connect EPROTO/, /DOCKER_HOST/],
  ] as const) {
    it(`explains a Docker daemon that gives ${code}`, async () => {
      const check = (await look({ docker: failing(code) }))("docker");
      assert.equal(check.status, "fail");
      assert.match(check.detail, detail);
      assert.match(check.fix ?? "", fix);
    });
  }

  it("names the daemon that DOCKER_HOST asks for", async () => {
    const env = { PATH: "", DOCKER_HOST: "tcp://10.0.0.9:2375" };
    const check = (await look({ env, docker: failing("ECONNREFUSED") }))("docker");
    assert.match(check.detail, /tcp:\/\/10\.0\.0\.9:2375/);
    assert.match(check.fix ?? "", /DOCKER_HOST/);
  });

  it("refuses a Docker that is too old", async () => {
    const docker = (): Promise<typeof DOCKER> => Promise.resolve({ ...DOCKER, apiVersion: "1.39" });
    assert.equal((await look({ docker }))("docker").status, "fail");
  });

  it("tells a port that a stranger holds from one of its own", async () => {
    const own = { "landfall.project": "shop", "landfall.stack": "dev" };
    const check = await look({
      ports: [
        { port: 8080, name: "web" },
        { port: 3000, name: "api" },
        { port: 9000, name: "admin" },
      ],
      portSources: {
        proc: undefined,
        published: () =>
          Promise.resolve([
            { container: "other", labels: {}, address: "0.0.0.0", port: 8080 },
            { container: "router", labels: own, address: "127.0.0.1", port: 3000 },
          ]),
      },
    });
    assert.deepEqual(check("port 8080 (web)"), {
      name: "port 8080 (web)",
      status: "fail",
      detail: "held by container other",
      fix: "Stop it, or choose another web port in the stack's config.",
    });
    assert.deepEqual(check("port 3000 (api)").status, "ok");
    assert.match(check("port 3000 (api)").detail, /router of shop\/dev/);
    assert.equal(check("port 9000 (admin)").detail, "free");
  });

  it("reports a lock that a dead process has left", async () => {
    const { pid } = spawnSync("true");
    const owner = { pid, startTime: "1", host: os.hostname(), purpose: "setting up" };
    folder.write(folder(".landfall/locks/toolchain.lock"), JSON.stringify(owner));
    folder.write(folder(".landfall/locks/odd.lock"), "?");
    const check = await look();
    assert.equal(check("lock toolchain.lock").status, "warn");
    assert.match(check("lock toolchain.lock").detail, /setting up.*gone/);
    assert.match(check("lock odd.lock").detail, /cannot be read/);
  });

  it("checks Node, disk space and certificates against their limits", () => {
    assert.equal(checkNode("v20.19.0").status, "ok");
    assert.match(checkNode("v20.18.3").detail, /older than 20\.19\.0/);
    const limits = { warn: 2 * 1024 ** 3, fail: 1024 ** 3 };
    const disk = (gib: number): string =>
      checkDisk("d", "/x", limits, () => gib * 1024 ** 3).status;
    assert.deepEqual([disk(3), disk(1.5), disk(0.5)], ["ok", "warn", "fail"]);
    const pem = folder.write(folder("ca.pem"), "-----BEGIN CERTIFICATE-----\n");
    const empty = folder.write(folder("empty.pem"), "nothing");
    assert.equal(checkCaBundle({ NODE_EXTRA_CA_CERTS: pem }).status, "ok");
    assert.equal(checkCaBundle({ SSL_CERT_FILE: empty }).status, "fail");
    assert.match(
      checkCaBundle({ SSL_CERT_FILE: folder("no") }).detail,
      /SSL_CERT_FILE: .*no cannot/,
    );
    assert.equal(checkCaBundle({}, pem).status, "ok");
    assert.equal(checkCaBundle({}, folder("no")).status, "warn");
  });
});
