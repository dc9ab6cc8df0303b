import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { secret } from "../../support/provider";
import { Bench, failure, textOf } from "./support";

describe("a container of the docker plugin", function () {
  this.timeout(60_000);
  const bench = Bench.use();

  it("is what the program says, and shows no drift", async () => {
    const network = await bench.create("network", { name: bench.name() });
    const volume = await bench.create("volume", { name: bench.name() });
    const made = await bench.container({
      envs: ["B=2", "A=1"],
      uploads: [
        { file: "/etc/one.txt", content: "one", permissions: "0600" },
        { file: "/usr/local/bin/two", contentBase64: "dHdv", executable: true },
      ],
      networksAdvanced: [{ name: network.state.name ?? null, aliases: ["a", "b"] }],
      volumes: [{ volumeName: volume.id, containerPath: "/data", readOnly: true }],
      mounts: [
        { type: "tmpfs", target: "/scratch", tmpfsOptions: { sizeBytes: 1048576, mode: 448 } },
      ],
      healthcheck: { tests: ["CMD", "true"], interval: "90s", retries: 2 },
      labels: [{ label: "x", value: "y" }],
      memory: 64,
      cpus: "0.5",
      tmpfs: { "/run/t": "size=1m" },
      ulimits: [{ name: "nofile", soft: 100, hard: 200 }],
      hosts: [{ host: "other", ip: "10.1.2.3" }],
      dnsSearches: ["example.test"],
      groupAdds: ["42"],
      capabilities: { drops: ["ALL"], adds: ["CHOWN"] },
      sysctls: { "net.core.somaxconn": "100" },
      restart: "unless-stopped",
      stopTimeout: 3,
    });
    await bench.assertSettled("container", made);
    const info = await bench.docker.getContainer(made.id).inspect();
    assert.equal(info.HostConfig.Memory, 64 * 1024 * 1024);
    assert.equal(info.HostConfig.NanoCpus, 5e8);
    assert.deepEqual(Object.keys(info.NetworkSettings.Networks), [network.state.name]);
    const files = await run(
      bench,
      made.id,
      "stat -c '%a %n' /etc/one.txt /usr/local/bin/two && cat /etc/one.txt",
    );
    assert.equal(files, "600 /etc/one.txt\n744 /usr/local/bin/two\none");
  });

  it("changes its limits in place", async () => {
    const made = await bench.container({ memory: 64 });
    const news = await bench.check("container", { ...made.inputs, memory: 256, restart: "always" });
    const verdict = await bench.diff("container", made, news);
    assert.deepEqual(verdict.detailedDiff, {
      memory: { kind: "UPDATE" },
      restart: { kind: "UPDATE" },
    });
    const { properties } = await bench.provider.update({
      ...bench.urn("container"),
      id: made.id,
      olds: made.state,
      oldInputs: made.inputs,
      news,
    });
    const info = await bench.docker.getContainer(made.id).inspect();
    assert.equal(info.HostConfig.Memory, 256 * 1024 * 1024);
    assert.equal(info.HostConfig.RestartPolicy?.Name, "always");
    await bench.assertSettled("container", { id: made.id, inputs: news, state: properties });
  });

  it("is started again when it was stopped, and made again when it is gone", async () => {
    const made = await bench.container();
    await bench.docker.getContainer(made.id).kill();
    const read = await bench.read("container", made);
    assert.equal(read.properties.mustRun, false);
    assert.equal(read.properties.exitCode, 137);
    const stopped = { id: made.id, inputs: made.inputs, state: read.properties };
    const verdict = await bench.diff("container", stopped);
    assert.deepEqual(verdict.detailedDiff, { mustRun: { kind: "UPDATE" } });
    await bench.provider.update({
      ...bench.urn("container"),
      id: made.id,
      olds: stopped.state,
      oldInputs: made.inputs,
      news: made.inputs,
    });
    assert.ok((await bench.docker.getContainer(made.id).inspect()).State.Running);
    await bench.docker.getContainer(made.id).remove({ force: true });
    assert.equal((await bench.read("container", made)).id, "");
    await bench.remove("container", made);
  });

  it("can be imported", async () => {
    const made = await bench.container({
      envs: ["A=1"],
      labels: [{ label: "x", value: "y" }],
      ports: [{ internal: 80, external: 0, ip: "127.0.0.1" }],
      memory: 32,
    });
    const imported = await bench.provider.read({ ...bench.urn("container"), id: made.id });
    const verdict = await bench.diff(
      "container",
      { id: made.id, inputs: imported.inputs, state: imported.properties },
      { ...made.inputs, ports: imported.inputs.ports ?? null },
    );
    assert.deepEqual(verdict.detailedDiff ?? {}, {});
    assert.deepEqual(imported.inputs.envs, ["A=1"]);
  });

  it("runs a job to its end and keeps what it said", async () => {
    const command = ["sh", "-c", "echo out; echo err >&2; exit 3"];
    const job = { command, mustRun: false, attach: true, logs: true };
    const { state } = await bench.container(job);
    assert.equal(state.exitCode, 3);
    assert.deepEqual(textOf(state.containerLogs).trim().split("\n").sort(), ["err", "out"]);
    const vanishing = await bench.container({ ...job, rm: true });
    assert.equal(vanishing.state.exitCode, 3);
    assert.match(textOf(vanishing.state.containerLogs), /out/);
  });

  it("waits until it is healthy", async () => {
    const healthcheck = { tests: ["CMD", "true"], interval: "1s" };
    await bench.container({ healthcheck, wait: true });
    const message = await failure(
      bench.container({
        command: ["sh", "-c", "echo starting; sleep 60"],
        healthcheck: { ...healthcheck, tests: ["CMD", "false"] },
        wait: true,
        waitTimeout: 2,
      }),
    );
    assert.match(message, /not healthy within 2 s .* its health check is (starting|unhealthy)/);
    assert.match(message, /Its last output was:\nstarting/);
  });

  it("leaves nothing behind when it cannot start, and says why", async () => {
    const name = bench.name();
    const message = await failure(bench.container({ name, command: ["/no/such/program"] }));
    assert.match(
      message,
      new RegExp(`The container "${name}" was removed again: Docker could not start`),
    );
    assert.match(message, /no such file/);
    assert.equal(await exists(bench, name), false);
  });

  it("names the container that has its port", async () => {
    const port = { internal: 80, ip: "127.0.0.1" };
    const holder = await bench.container({ ports: [port] });
    const [held] = holder.state.ports as { external: number }[];
    const name = bench.name();
    const message = await failure(
      bench.container({ name, ports: [{ ...port, external: held?.external ?? 0 }] }),
    );
    assert.match(message, /port is already allocated/);
    assert.ok(
      message.includes(`is published by the container "${textOf(holder.state.name)}"`),
      message,
    );
    assert.equal(await exists(bench, name), false);
  });

  it("leaves a container of the user's with the same name alone", async () => {
    const { state } = await bench.container();
    const name = textOf(state.name);
    const message = await failure(bench.container({ name, envs: ["OTHER=1"] }));
    assert.match(message, new RegExp(`The name "${name}" is taken by the container`));
    assert.equal(await exists(bench, name), true);
  });

  it("takes the place of what a killed creation left", async () => {
    const left = await bench.container();
    const again = await bench.provider.create({
      ...bench.urn("container"),
      properties: left.inputs,
    });
    assert.notEqual(again.id, left.id);
    assert.equal(await exists(bench, left.id), false);
  });

  it("gives a container its time to end, and then ends it", async () => {
    const stubborn = "trap '' TERM; while :; do sleep 0.1; done";
    const made = await bench.container({ command: ["sh", "-c", stubborn], destroyGraceSeconds: 2 });
    const started = Date.now();
    await bench.remove("container", made);
    assert.ok(Date.now() - started >= 2000, "it was killed at once");
    const willing = await bench.container({ stopTimeout: 30 });
    const before = Date.now();
    await bench.remove("container", willing);
    // A loaded daemon takes its seconds; the container would have had thirty.
    assert.ok(Date.now() - before < 25_000, "it was waited for though it had ended");
  });

  it("shows no secret in an error", async () => {
    const command = ["sh", "-c", "echo $PASSWORD; sleep 60"];
    const healthcheck = { tests: ["CMD", "false"], interval: "1s" };
    const message = await failure(
      bench.container({
        command,
        envs: secret(["PASSWORD=s3cretvalue"]),
        healthcheck,
        wait: true,
        waitTimeout: 1,
      }),
    );
    assert.match(message, /Its last output was:\n\[secret\]/);
    assert.ok(!message.includes("s3cretvalue"));
  });

  it("says which image it could not get", async () => {
    const message = await failure(bench.container({ image: "127.0.0.1:1/no/such:1" }));
    assert.match(message, /Docker could not pull 127.0.0.1:1\/no\/such:1, which it does not have/);
  });

  // The last one: a plugin that was told to cancel serves nothing more.
  it("stops waiting when it is cancelled, and removes what it had made", async () => {
    const name = bench.name();
    const waiting = failure(
      bench.container({
        name,
        command: ["sleep", "600"],
        attach: true,
        mustRun: false,
        logs: true,
      }),
    );
    while (!(await exists(bench, name)))
      assert.equal(await Promise.race([waiting, sleep(50)]), undefined, "the job ended early");
    await sleep(500);
    await bench.provider.cancel();
    assert.match(await waiting, /cancel/i);
    assert.equal(await exists(bench, name), false);
  });
});

async function exists(bench: Bench, id: string): Promise<boolean> {
  const containers = await bench.docker.listContainers({ all: true });
  return containers.some(({ Id, Names }) => Id === id || Names.includes(`/${id}`));
}

async function run(bench: Bench, id: string, command: string): Promise<string> {
  const exec = await bench.docker
    .getContainer(id)
    .exec({ Cmd: ["sh", "-c", command], AttachStdout: true, AttachStderr: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  let output = "";
  for await (const chunk of stream) output += String(chunk);
  return output.replaceAll("\r\n", "\n");
}
