import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Json } from "../../support/provider";
import { secret } from "../../support/provider";
import { Registry } from "./registry";
import { Bench, failure, image, textOf } from "./support";

describe("images of the docker plugin", function () {
  this.timeout(120_000);
  const bench = Bench.use();
  const folder = mkdtempSync(join(tmpdir(), "landfall-docker-image-"));
  const context = join(folder, "context");

  before(() => {
    mkdirSync(join(context, "src"), { recursive: true });
    write("context/src/kept.txt", "kept");
    write("context/src/secret.txt", "not for the image");
    write("context/.dockerignore", "**/secret.txt\n");
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (path: string, content: string): void => {
    writeFileSync(join(folder, path), content);
  };
  const news = (dockerfile: string, more: Json = {}, build: Json = {}): Json => {
    write("Dockerfile", dockerfile);
    return {
      imageName: `${bench.name()}:1`,
      skipPush: true,
      build: { context, dockerfile: join(folder, "Dockerfile"), ...build },
      ...more,
    };
  };

  it("are built from what is not ignored, with a Dockerfile from anywhere", async () => {
    const dockerfile = `FROM ${image}\nARG WORD\nCOPY . /app\nRUN find /app -type f > /files; echo $WORD >> /files\n`;
    const made = await bench.create("image", news(dockerfile, {}, { args: { WORD: "hello" } }));
    assert.equal(made.state.dockerfile, "../Dockerfile");
    assert.match(textOf(made.state.repoDigest), /^sha256:[0-9a-f]{64}$/);
    const job = { command: ["cat", "/files"], attach: true, logs: true, mustRun: false };
    const { state } = await bench.container({ ...job, image: textOf(made.state.imageName) });
    assert.equal(state.containerLogs, "/app/src/kept.txt\nhello\n");
  });

  it("are built again only when something that they read changed", async () => {
    const program = news(`FROM ${image}\nCOPY src /src\n`);
    const made = await bench.create("image", program);
    write("context/src/secret.txt", "changed");
    const same = await bench.check("image", program);
    assert.equal((await bench.diff("image", made, same)).changes, "DIFF_NONE");
    write("context/src/kept.txt", "changed");
    const other = await bench.check("image", program);
    assert.deepEqual((await bench.diff("image", made, other)).detailedDiff, {
      build: { kind: "UPDATE" },
    });
    const { properties } = await bench.provider.update({
      ...bench.urn("image"),
      id: made.id,
      olds: made.state,
      oldInputs: made.inputs,
      news: other,
    });
    assert.notEqual(properties.repoDigest, made.state.repoDigest);
  });

  it("fail with the last lines of the build, and no secret", async () => {
    const dockerfile = `FROM ${image}\nARG TOKEN\nRUN echo "token is $TOKEN" && exit 7\n`;
    const program = news(dockerfile, {}, { args: { TOKEN: secret("t0psecret") } });
    const message = await failure(bench.create("image", program));
    assert.match(message, /returned a non-zero code: 7/);
    assert.match(message, /token is \[secret\]/);
    assert.ok(!message.includes("t0psecret"));
  });

  it("stay unbuilt in a preview unless asked for", async () => {
    const program = news(`FROM ${image}\n`);
    const preview = async (more: Json): Promise<Json> => {
      const properties = await bench.check("image", { ...program, ...more });
      return (await bench.provider.create({ ...bench.urn("image"), properties, preview: true }))
        .properties;
    };
    assert.equal((await preview({})).repoDigest, undefined);
    assert.match(textOf((await preview({ buildOnPreview: true })).repoDigest), /^sha256:/);
  });

  it("are pushed and pulled with their credentials, and known by digest", async () => {
    const registry = await Registry.start("user", "pass-word");
    try {
      const server = registry.host;
      const imageName = `${server}/${bench.name()}:1`;
      const program = news("FROM scratch\nCOPY src /src\n", { imageName, skipPush: false });
      const denied = await failure(bench.create("image", program));
      assert.match(
        denied,
        /Docker could not push .*: .*(no basic auth|unauthorized|authentication)/,
      );
      const credentials = { server, username: "user", password: secret("pass-word") };
      const { state } = await bench.create("image", { ...program, registry: credentials });
      const repository = imageName.replace(/:1$/, "");
      assert.match(textOf(state.repoDigest), new RegExp(`^${repository}@sha256:[0-9a-f]{64}$`));
      await bench.docker.getImage(imageName).remove();
      const auth = [{ address: server, username: "user", password: "pass-word" }];
      await bench.provider.configure({ registryAuth: JSON.stringify(auth) });
      const pulled = await bench.create("remoteImage", { name: imageName });
      assert.equal(pulled.state.repoDigest, state.repoDigest);
      await bench.remove("remoteImage", pulled);
      assert.equal((await bench.read("remoteImage", pulled)).id, "");
    } finally {
      await bench.provider.configure({});
      registry.stop();
    }
  });

  it("of others are taken as they are, kept where wanted, and tagged", async () => {
    const made = await bench.create("remoteImage", { name: image, keepLocally: true });
    assert.match(textOf(made.state.imageId), /^sha256:/);
    await bench.assertSettled("remoteImage", made);
    await bench.remove("remoteImage", made);
    assert.equal((await bench.read("remoteImage", made)).id, made.id);
    const targetImage = `${bench.name()}:tagged`;
    const tag = await bench.create("tag", { sourceImage: image, targetImage });
    assert.equal(tag.state.sourceImageId, made.state.imageId);
    await bench.assertSettled("tag", tag);
  });

  // The last one: a plugin that was told to cancel serves nothing more.
  it("stop being built when that is cancelled", async () => {
    const marker = `sleep 5${process.pid}`;
    const building = failure(bench.create("image", news(`FROM ${image}\nRUN ${marker}\n`)));
    const running = async (): Promise<boolean> =>
      (await bench.docker.listContainers()).some(({ Command }) => Command.includes(marker));
    while (!(await running()))
      assert.equal(await Promise.race([building, sleep(100)]), undefined, "the build ended early");
    await bench.provider.cancel();
    assert.match(await building, /cancel/i);
    const deadline = Date.now() + 20_000;
    while ((await running()) && Date.now() < deadline) await sleep(200);
    assert.equal(await running(), false);
  });
});
