import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as docker from "@pulumi/docker";
import type { OpMap, Stack, UpResult } from "@pulumi/pulumi/automation";
import Docker from "dockerode";
import { EngineSandbox } from "../../support/engine";
import { SUBNETS } from "../addresses";
import { image } from "./support";

describe("the docker plugin, under the real engine", function () {
  this.timeout(180_000);
  const client = new Docker();
  let sandbox: EngineSandbox;
  let stack: Stack;
  let settings = { word: "one", memory: 64, label: "1", argument: "1" };

  const program = async (): Promise<Record<string, unknown>> => {
    const { word, memory, label, argument } = settings;
    const labels = [{ label: "landfall.project", value: "lfdp-engine" }];
    const network = new docker.Network("lfdp-net", {
      labels,
      ipamConfigs: [{ subnet: `${SUBNETS["plugin-engine"]}.0/24` }],
    });
    const volume = new docker.Volume("lfdp-vol", { labels });
    const base = new docker.RemoteImage("lfdp-base", { name: image, keepLocally: true });
    const built = new docker.Image("lfdp-image", {
      imageName: "lfdp-engine:1",
      skipPush: true,
      build: {
        context: join(sandbox.directory, "context"),
        dockerfile: join(sandbox.directory, "context/Dockerfile"),
        args: { A: argument },
      },
    });
    new docker.Tag("lfdp-tag", { sourceImage: built.imageName, targetImage: "lfdp-engine:tagged" });
    const command = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"];
    const service = new docker.Container(
      "lfdp-service",
      {
        image: base.name,
        command,
        labels,
        envs: [`WORD=${word}`],
        memory,
        memorySwap: -1,
        networksAdvanced: [{ name: network.name, aliases: ["service"] }],
        volumes: [{ volumeName: volume.name, containerPath: "/data" }],
        uploads: [{ file: "/etc/word", content: "word" }],
      },
      { deleteBeforeReplace: false },
    );
    new docker.Container("lfdp-fixed", {
      image: built.imageName,
      command,
      labels: [...labels, { label: "v", value: label }],
      networksAdvanced: [{ name: network.name, ipv4Address: `${SUBNETS["plugin-engine"]}.9` }],
    });
    const job = new docker.Container("lfdp-job", {
      image: base.name,
      command: ["sh", "-c", "echo done; exit 4"],
      mustRun: false,
      attach: true,
      logs: true,
      labels,
    });
    return Promise.resolve({ id: service.id, exit: job.exitCode, logs: job.containerLogs });
  };

  before(async () => {
    sandbox = await EngineSandbox.create({ docker: "5.2.0" });
    mkdirSync(join(sandbox.directory, "context"));
    writeFileSync(
      join(sandbox.directory, "context/Dockerfile"),
      `FROM ${image}\nARG A\nENV A=$A\n`,
    );
    stack = await sandbox.stack("lfdp", "test", program);
  });

  after(async () => {
    await stack.destroy();
    await sandbox.remove();
    for (const tag of ["lfdp-engine:1", "lfdp-engine:tagged"])
      await client.getImage(tag).remove({ force: true });
  });

  const up = async (changed: Partial<typeof settings> = {}): Promise<UpResult> => {
    settings = { ...settings, ...changed };
    return stack.up();
  };

  it("deploys, and then has nothing to do", async () => {
    const first = await up();
    assert.equal(first.outputs.exit?.value, 4);
    assert.equal(first.outputs.logs?.value, "done\n");
    assert.deepEqual(changes(await up()), {});
  });

  it("finds no drift", async () => {
    const refreshed = await stack.refresh();
    assert.deepEqual(changes(refreshed), {});
    assert.deepEqual(changes(await up()), {});
  });

  it("creates a changed container beside the old one where the program says so", async () => {
    const events: string[] = [];
    settings = { ...settings, word: "two" };
    const result = await stack.up({
      onEvent: ({ resOutputsEvent: event }) => {
        if (event?.metadata.urn.endsWith("lfdp-service")) events.push(event.metadata.op);
      },
    });
    assert.deepEqual(changes(result), { replace: 1 });
    assert.ok(
      events.indexOf("create-replacement") < events.indexOf("delete-replaced"),
      events.join(),
    );
  });

  it("changes memory in place, an image by a build, and a fixed address delete-first", async () => {
    assert.deepEqual(changes(await up({ memory: 128 })), { update: 1 });
    assert.deepEqual(changes(await up({ argument: "2" })), { update: 1 });
    assert.deepEqual(changes(await up({ label: "2" })), { replace: 1 });
    assert.deepEqual(changes(await up()), {});
  });

  it("brings back what was taken away", async () => {
    const { outputs } = await stack.up();
    await client.getContainer(String(outputs.id?.value)).remove({ force: true });
    assert.deepEqual(changes(await stack.refresh()), { delete: 1 });
    assert.deepEqual(changes(await up()), { create: 1 });
  });

  it("leaves nothing behind", async () => {
    await stack.destroy();
    const filters = { label: ["landfall.project=lfdp-engine"] };
    assert.deepEqual(await client.listContainers({ all: true, filters }), []);
    assert.deepEqual(await client.listNetworks({ filters }), []);
    assert.deepEqual((await client.listVolumes({ filters })).Volumes, []);
  });
});

function changes({ summary }: { summary: { resourceChanges?: OpMap } }): OpMap {
  const { same: _, ...changed } = summary.resourceChanges ?? {};
  return changed;
}
