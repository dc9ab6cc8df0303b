import assert from "node:assert/strict";
import { ToolchainError } from "../../../toolchain/errors";
import { ensureDocker } from "../../../toolchain/dockerEngine";
import type { DockerHost } from "../../../toolchain/dockerEngine";
import { landfallPaths } from "../../../toolchain/paths";
import { temporaryFolder } from "./folder";

describe("making Docker ready", () => {
  const folder = temporaryFolder();
  let calls: string[];
  let running: boolean;

  beforeEach(() => {
    calls = [];
    running = false;
  });

  const absent = (code = "ENOENT"): Error => Object.assign(new Error(`connect ${code}`), { code });

  const host = (more: Partial<DockerHost> = {}): DockerHost => ({
    ping: () => (running ? Promise.resolve() : Promise.reject(absent())),
    isRoot: () => true,
    hasInit: () => false,
    run: (file, args) => {
      calls.push([file, ...args].join(" "));
      if (args.includes("install")) folder.write(folder("bin/dockerd"), "", 0o755);
      if (file === "systemctl") running = true;
      return Promise.resolve({ code: 0, stdout: "", tail: [] });
    },
    startDaemon: (file, args) => {
      calls.push([file, ...args].join(" "));
      running = true;
      return 4711;
    },
    isRunning: () => running,
    // The machine that runs the tests may have a dockerd in one of the usual folders.
    folders: [],
    ...more,
  });

  const options = (env: NodeJS.ProcessEnv = {}): Parameters<typeof ensureDocker>[0] => ({
    paths: landfallPaths(folder()),
    env: { PATH: folder("bin"), ...env },
    report: () => undefined,
  });

  const start = (): string =>
    `${folder("bin/dockerd")} --pidfile ${folder(".landfall/dockerd.pid")}`;

  it("does nothing where a daemon answers", async () => {
    running = true;
    await ensureDocker(options(), host({ isRoot: () => false }));
    assert.deepEqual(calls, []);
  });

  it("starts an installed daemon by hand where no init system runs", async () => {
    folder.write(folder("bin/dockerd"), "", 0o755);
    await ensureDocker(options(), host());
    assert.deepEqual(calls, [start()]);
  });

  it("leaves the start to the init system where one runs", async () => {
    folder.write(folder("bin/dockerd"), "", 0o755);
    await ensureDocker(options(), host({ hasInit: () => true }));
    assert.deepEqual(calls, ["systemctl start docker"]);
  });

  it("installs Debian's packages first where there is none", async () => {
    folder.write(folder("bin/apt-get"), "", 0o755);
    await ensureDocker(options(), host());
    assert.equal(calls.length, 3);
    assert.match(calls[0] ?? "", /^apt-get .*update/);
    assert.match(calls[1] ?? "", /^apt-get .*install -y .*docker\.io/);
    assert.equal(calls[2], start());
  });

  for (const [what, env, more, expected] of [
    ["without root", {}, { isRoot: () => false }, /only root.*sudo systemctl start docker/],
    ["without permission", {}, { ping: () => Promise.reject(absent("EACCES")) }, /group docker/],
    ["for a daemon elsewhere", { DOCKER_HOST: "tcp://h:1" }, {}, /tcp:\/\/h:1.*Check DOCKER_HOST/],
    ["without apt-get", {}, {}, /no apt-get.*docs\.docker\.com/],
  ] as const) {
    it(`says what to do ${what}, and changes nothing`, async () => {
      await assert.rejects(ensureDocker(options(env), host(more)), (error: unknown) => {
        assert.ok(error instanceof ToolchainError);
        assert.match(error.message, expected);
        return true;
      });
      assert.deepEqual(calls, []);
    });
  }

  it("tells the end of apt's output when the installation fails", async () => {
    folder.write(folder("bin/apt-get"), "", 0o755);
    const run: DockerHost["run"] = () =>
      Promise.resolve({ code: 100, stdout: "", tail: ["E: Unable to locate package docker.io"] });
    await assert.rejects(
      ensureDocker(options(), host({ run })),
      /exit code 100: E: Unable to locate package docker\.io.*Log: .*apt\.log/,
    );
  });

  it("shows the log of a daemon that ends at once", async () => {
    folder.write(folder("bin/dockerd"), "", 0o755);
    const startDaemon: DockerHost["startDaemon"] = (_file, _args, log) => {
      folder.write(log, "failed to start daemon: iptables not found\n");
      return 4711;
    };
    await assert.rejects(
      ensureDocker(options(), host({ startDaemon })),
      /dockerd has ended.*dockerd\.log.*iptables not found/s,
    );
  });
});
