import * as assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import Docker from "dockerode";

import type { DeployEvent, LogEvent } from "../../../automation/events";
import { FileReleaseStore } from "../../../automation/stores/file";
import { testProject } from "../../engine/automation/support";
import type { TestProject } from "../../engine/automation/support";
import { removeProject } from "../stack/harness";

/** The part of a file backend's state that the test changes. */
interface Checkpoint {
  checkpoint: { latest: { resources?: object[]; pending_operations?: object[] } };
}

const docker = new Docker();
const image = "python:3.11-slim-bookworm";
const projectName = "lfsdktest";

/** Serves HTTP, and writes one line a moment to each stream: far enough apart for a busy daemon to stamp them in turn. */
const server = `
import sys, threading, time, http.server
for n in range(3):
    print("out", n, flush=True); time.sleep(0.25)
    print("err", n, "hunter22-secret", file=sys.stderr, flush=True); time.sleep(0.25)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print("asked", self.path, flush=True)
        self.send_response(200 if self.path != "/broken" else 500); self.end_headers()
    def log_message(self, *a): pass
http.server.HTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
`;

async function removeAll(): Promise<void> {
  await removeProject(projectName);
  for (const { Id } of await docker.listNetworks({ filters: { name: [projectName] } })) {
    await docker.getNetwork(Id).remove();
  }
}

async function start(
  name: string,
  more: Record<string, string> = {},
): Promise<{ digest: string; url: string }> {
  const container = await docker.createContainer({
    name,
    Image: image,
    Cmd: ["python3", "-c", server],
    Labels: {
      "landfall.project": projectName,
      "landfall.stack": "dev",
      "landfall.role": "service",
      "landfall.service": "api",
      "landfall.revision": "r1",
      ...more,
    },
    ExposedPorts: { "8000/tcp": {} },
    HostConfig: {
      NetworkMode: projectName,
      PortBindings: { "8000/tcp": [{ HostIp: "127.0.0.1", HostPort: "0" }] },
    },
  });
  await container.start();
  const { Image: digest, NetworkSettings: network } = await container.inspect();
  return { digest, url: `http://127.0.0.1:${network.Ports["8000/tcp"]?.[0]?.HostPort ?? "0"}` };
}

/** A program whose outputs promise what the containers are. */
function promising(service: object, url: string): string {
  return `
    exports.platform = "docker"; exports.webUrl = ${JSON.stringify(url)};
    exports.hidden = config.requireSecret("hidden");
    exports.services = { api: ${JSON.stringify(service)} };`;
}

describe("What really runs on Docker", function () {
  this.timeout(120_000);
  let project: TestProject;
  let running: { digest: string; url: string };
  const service = (more: object = {}): object => ({
    image,
    digest: running.digest,
    revision: "r1",
    replicas: 1,
    healthPath: "/health",
    port: 8000,
    exposure: "public",
    url: running.url,
    containers: ["lfsdktest-api-0"],
    router: "none",
    ...more,
  });

  before(async () => {
    project = await testProject("", { name: projectName });
    project.config("dev", { hidden: "hunter22-secret" });
    await removeAll();
    await docker.createNetwork({ Name: projectName });
    running = await start("lfsdktest-api-0", { "landfall.replica": "0" });
    await project.deployer.preview({ stack: "dev" });
  });

  after(async () => {
    await removeAll();
    project.remove();
  });

  it("is deployed when every container runs what was intended and the public route answers", async () => {
    project.program(promising(service(), running.url));
    const events: DeployEvent[] = [];
    const result = await project.deployer.up(
      { stack: "dev" },
      { onEvent: (event) => events.push(event) },
    );
    assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
    assert.deepEqual(
      result.probes.map(({ name, url, ok, status }) => [name, url, ok, status]),
      [["api", `${running.url}/health`, true, 200]],
    );
    assert.equal(result.services[0]?.containers[0]?.state, "running");
    assert.ok(events.some((event) => event.kind === "service" && event.state === "matches"));
    assert.equal((await project.deployer.verify({ stack: "dev" })).verdict, "deployed");
  });

  it("is failed when another image, another revision or fewer replicas run, or the route gives an error", async () => {
    const other = `sha256:${"0".repeat(64)}`;
    const wrong: [object, RegExp][] = [
      [service({ digest: other }), /runs image sha256:.*, not sha256:0000/],
      [service({ revision: "r2" }), /has revision r1, not r2/],
      [
        service({ containers: ["lfsdktest-api-0", "lfsdktest-api-1"], replicas: 2 }),
        /lfsdktest-api-1 is missing/,
      ],
      [service({ healthPath: "/broken" }), /\/broken: answers with status 500/],
    ];
    for (const [promised, reason] of wrong) {
      project.program(promising(promised, running.url));
      const result = await project.deployer.up({
        stack: "dev",
        verifyTimeout: 0.5,
        keepFailed: true,
      });
      assert.equal(result.verdict, "failed");
      assert.equal(result.error?.code, "not_running");
      assert.match(result.error.message, reason);
    }
  });

  it("is unverified, not failed, when the daemon does not answer", async () => {
    project.program(promising(service(), running.url));
    const env = { ...project.env, DOCKER_HOST: "unix:///nowhere/docker.sock" };
    const result = await project.with({ env }).up({ stack: "dev", verifyTimeout: 0.5 });
    assert.equal(result.verdict, "unverified");
    assert.equal(result.error?.code, "unverified");
    await assert.rejects(project.with({ env }).logs({ stack: "dev" }).result, {
      code: "docker_unreachable",
    });
    const status = await project.with({ env }).status({ stack: "dev" });
    assert.equal(status.services[0]?.state, "unknown");
  });

  it("shows services with their replicas, uptime and state", async () => {
    project.program(promising(service(), running.url));
    await project.deployer.up({ stack: "dev" });
    const status = await project.deployer.status({ stack: "dev" });
    const [api] = status.services;
    assert.deepEqual([api?.service, api?.state, api?.url], ["api", "up", running.url]);
    assert.ok((api?.replicas[0]?.uptimeSeconds ?? -1) >= 0);
    assert.equal(status.release?.images.api?.digest, running.digest);
  });

  it("refuses to roll back to a release whose image is gone", async () => {
    const store = new FileReleaseStore(
      join(project.state, ".landfall/releases", projectName, "dev"),
    );
    const good = (await store.list()).findLast(({ state }) => state === "deployed");
    assert.ok(good);
    const digest = `sha256:${"0".repeat(64)}`;
    const { number } = await store.begin(good);
    const images = { api: { image: "api:gone", digest, revision: "r0" } };
    await store.finish({ ...good, number, images });
    await assert.rejects(project.deployer.rollback({ stack: "dev", to: number }).result, {
      code: "image_gone",
      exitCode: 6,
      message: `release ${number} cannot be deployed again: api: image api:gone (${digest}) is not there any more, and no registry has it`,
    });
    await store.discard(number);
  });

  it("gives logs of both streams in the order of time, without secrets", async () => {
    const lines: LogEvent[] = [];
    const result = await project.deployer.logs(
      { stack: "dev", service: "api" },
      { onEvent: (event) => event.kind === "log" && lines.push(event) },
    );
    assert.ok(result.lines >= 6);
    assert.deepEqual(
      lines.slice(0, 6).map(({ stream, line, replica }) => [stream, line, replica]),
      [
        ["stdout", "out 0", 0],
        ["stderr", "err 0 [secret]", 0],
        ["stdout", "out 1", 0],
        ["stderr", "err 1 [secret]", 0],
        ["stdout", "out 2", 0],
        ["stderr", "err 2 [secret]", 0],
      ],
    );
    const last = await project.deployer.logs({ stack: "dev", tail: 1 });
    assert.equal(last.lines, 1);
    assert.equal((await project.deployer.logs({ stack: "dev", since: "0s" })).lines, 0);
    await assert.rejects(
      project.deployer.logs({ stack: "dev", service: "apo" }).result,
      /did you mean api\?/,
    );
  });

  it("follows logs until it is cancelled, each line once, and takes new containers in", async () => {
    const seen: string[] = [];
    const operation = project.deployer.logs({ stack: "dev", follow: true, tail: 2 });
    const deadline = setTimeout(() => {
      operation.cancel();
    }, 30_000);
    let asked = false;
    for await (const event of operation.events) {
      if (event.kind !== "log") continue;
      seen.push(`${event.at} ${event.container} ${event.line}`);
      if (!asked) {
        asked = true;
        setTimeout(() => {
          void fetch(`${running.url}/follow-me`).then(() => start("lfsdktest-api-1"));
        }, 1000);
      }
      if (event.container === "lfsdktest-api-1" && event.line === "out 2") operation.cancel();
    }
    clearTimeout(deadline);
    await assert.rejects(operation.result, { code: "cancelled" });
    assert.equal(
      seen.filter((line) => line.endsWith("lfsdktest-api-0 asked /follow-me")).length,
      1,
    );
    assert.equal(new Set(seen).size, seen.length, seen.join("\n"));
  });

  it("follows on from now with `tail: 0`, and through a restart of a container", async () => {
    const seen: string[] = [];
    const operation = project.deployer.logs({
      stack: "dev",
      follow: true,
      tail: 0,
      service: "api",
    });
    const deadline = setTimeout(() => {
      operation.cancel();
    }, 40_000);
    setTimeout(() => void docker.getContainer("lfsdktest-api-0").restart({ t: 0 }), 1500);
    for await (const event of operation.events) {
      if (event.kind !== "log" || event.container !== "lfsdktest-api-0") continue;
      if (event.line.startsWith("out ")) seen.push(event.line);
      if (event.line === "out 2") operation.cancel();
    }
    clearTimeout(deadline);
    await assert.rejects(operation.result, { code: "cancelled" });
    assert.deepEqual(seen, ["out 0", "out 1", "out 2"]);
  });

  it("removes the container that a killed update made but did not record", async () => {
    await start("lfsdktest-lost");
    const file = join(project.state, ".pulumi/stacks", projectName, "dev.json");
    const state = JSON.parse(readFileSync(file, "utf8")) as Checkpoint;
    const type = "docker:index/container:Container";
    const urn = (name: string): string => `urn:pulumi:dev::${projectName}::${type}::${name}`;
    const { Id: id } = await docker.getContainer("lfsdktest-api-0").inspect();
    const { latest } = state.checkpoint;
    latest.resources = [
      ...(latest.resources ?? []),
      { urn: urn("kept"), type, custom: true, id, retainOnDelete: true },
    ];
    latest.pending_operations = [
      { type: "creating", resource: { urn: urn("lost"), type, custom: true } },
    ];
    writeFileSync(file, JSON.stringify(state));
    const refreshed = project.deployer.up({ stack: "dev" });
    const actions: string[] = [];
    for await (const event of refreshed.events) {
      if (event.kind === "recovery") actions.push(`${event.action} ${event.subject}`);
    }
    await refreshed;
    assert.deepEqual(actions.filter((action) => !action.includes("api-1")).sort(), [
      "container-removed lfsdktest-lost",
      "pending-cleared docker:index/container:Container lost",
    ]);
    assert.equal((await docker.getContainer("lfsdktest-api-0").inspect()).State.Running, true);
  });
});
