import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import Docker from "dockerode";
import {
  BaseImageError,
  baseImageNames,
  ensureBaseImages,
  removeBaseImages,
  type BaseImageOptions,
} from "../../../../toolchain/images/ensure";
import { planLeaf, planRootfs } from "../../../../toolchain/images/plan";
import { FakeDaemon, json, type Answer } from "./fakeDaemon";

describe("base images", () => {
  let root: string;
  let daemon: FakeDaemon | undefined;
  const progress: string[] = [];

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "landfall-images-"));
  });

  afterEach(async () => {
    await daemon?.stop();
    daemon = undefined;
    progress.length = 0;
    fs.rmSync(root, { recursive: true });
  });

  it("are used when they are there, without asking a registry or leaving a file", async () => {
    const options = await withDaemon(() => assert.fail("pulled"));
    for (const name of baseImageNames) daemon?.images.set(name, null);
    const reports = await ensureBaseImages(options);
    assert.deepEqual(
      reports.map(({ name, source }) => [name, source]),
      baseImageNames.map((name) => [name, "present"]),
    );
    assert.deepEqual(fs.readdirSync(root), []);
  });

  it("are pulled when a registry has them", async () => {
    const options = await withDaemon((response, image) => {
      daemon?.images.set(image, null);
      response.end('{"status":"Pulling"}\n');
    });
    const reports = await ensureBaseImages({
      ...options,
      only: ["nginx:1.22", "redis:7-bookworm"],
    });
    assert.deepEqual(
      reports.map(({ name, source, size }) => [name, source, size]),
      [
        ["redis:7-bookworm", "registry", 1000],
        ["nginx:1.22", "registry", 1000],
      ],
    );
  });

  it("ask a registry that does not answer only once in a run", async () => {
    const options = await withDaemon((response) => {
      json(response, 500, { message: "dial tcp: lookup registry.example: no such host" });
    });
    await assert.rejects(ensureBaseImages({ ...options, sources: ["registry"] }), (error) => {
      assert.ok(error instanceof BaseImageError);
      assert.equal(error.failed.length, baseImageNames.length);
      assert.match(error.message, /no registry answers: .*no such host/);
      assert.match(error.message, /redis:7-bookworm:\n {2}- registry: not asked/);
      assert.match(error.message, /debian: switched off/);
      assert.ok(error.message.includes(path.join(root, ".landfall", "logs", "images.log")));
      return true;
    });
    assert.deepEqual(daemon?.pulls, ["debian:bookworm-slim"]);
  });

  it("ask on when the registry only lacks one of them, and keep what it gave", async () => {
    const options = await withDaemon((response, image) => {
      if (image === "postgres:15-bookworm") {
        json(response, 404, { message: "manifest unknown" });
        return;
      }
      daemon?.images.set(image, null);
      response.end('{"status":"Pulling"}\n');
    });
    await assert.rejects(ensureBaseImages({ ...options, sources: ["registry"] }), (error) => {
      assert.ok(error instanceof BaseImageError);
      assert.deepEqual(
        error.failed.map(({ name }) => name),
        ["postgres:15-bookworm"],
      );
      return true;
    });
    assert.equal(daemon?.pulls.length, baseImageNames.length);
    assert.equal(daemon.images.size, baseImageNames.length - 1);
  });

  it("are made anew when they were built here from something else", async () => {
    const options = await withDaemon((response) => {
      json(response, 404, { message: "manifest unknown" });
    });
    const rootfs = planRootfs("amd64", {});
    const current = planLeaf("redis:7-bookworm", rootfs).content;
    daemon?.images.set("redis:7-bookworm", { "landfall.content": current });
    daemon?.images.set("nginx:1.22", { "landfall.content": "older" });
    await assert.rejects(ensureBaseImages({ ...options, sources: ["registry"], env: {} }));
    assert.equal(daemon?.pulls.includes("redis:7-bookworm"), false);
    assert.equal(daemon.pulls.includes("nginx:1.22"), true);
  });

  it("are not begun when the caller has cancelled already", async () => {
    const options = await withDaemon(() => assert.fail("pulled"));
    const signal = AbortSignal.abort(new Error("enough"));
    await assert.rejects(ensureBaseImages({ ...options, signal }), /enough/);
  });

  it("say that Docker does not answer when there is no daemon", async () => {
    const docker = new Docker({ socketPath: path.join(root, "no.sock") });
    await assert.rejects(
      ensureBaseImages({ root, docker }),
      /Docker does not answer .*DOCKER_HOST/,
    );
  });

  it("of a registry are not removed", async () => {
    const { docker } = await withDaemon(() => assert.fail("pulled"));
    daemon?.images.set("nginx:1.22", null);
    assert.deepEqual(await removeBaseImages({ docker }), {
      removed: [],
      kept: [{ name: "nginx:1.22", reason: "it was not built here" }],
    });
  });

  async function withDaemon(pull: Answer): Promise<BaseImageOptions> {
    daemon = await FakeDaemon.start(pull);
    return { root, docker: daemon.docker, onProgress: (line) => progress.push(line) };
  }
});
