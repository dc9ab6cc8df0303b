import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerPlugin } from "../../../toolchain/plugins/docker";
import type { JsonValue } from "../../support/provider";
import { ProviderUnderTest } from "../../support/provider";
import type { RecordedCall } from "../../support/traces";
import { missingRecordings, recordedCalls } from "../../support/traces";

describe("the docker plugin, on the recorded calls of the official one", () => {
  let provider: ProviderUnderTest | undefined;
  let calls: RecordedCall[];
  const folder = mkdtempSync(join(tmpdir(), "landfall-docker-replay-"));
  const started = process.cwd();

  before(async function () {
    if (missingRecordings !== undefined) {
      console.warn(`      skipped: ${missingRecordings}`);
      this.skip();
    }
    // The recordings have a word in place of the folder they were made in; a host path must be absolute.
    const anonymous = JSON.stringify(recordedCalls("docker")).replaceAll('"PROJECT/', '"/PROJECT/');
    calls = JSON.parse(anonymous) as RecordedCall[];
    assert.ok(calls.length > 200, `only ${calls.length} calls were recorded`);
    // The recorded builds read a context that was not recorded.
    mkdirSync(join(folder, "ctx"));
    writeFileSync(join(folder, "ctx", "Dockerfile"), "FROM scratch\n");
    process.chdir(folder);
    provider = await ProviderUnderTest.start(dockerPlugin());
  });

  after(async () => {
    process.chdir(started);
    rmSync(folder, { recursive: true, force: true });
    await provider?.stop();
  });

  const running = (): ProviderUnderTest => {
    assert.ok(provider);
    return provider;
  };
  const each = async (
    method: string,
    run: (call: RecordedCall) => Promise<void>,
  ): Promise<void> => {
    const chosen = calls.filter((call) => call.method === method);
    assert.ok(chosen.length > 0, `no ${method} was recorded`);
    for (const call of chosen) await run(call);
  };

  it("checks every input to the same result, automatic names included", () =>
    each("Check", async ({ request, response, trace }) => {
      const checked = await running().check(request);
      assert.deepEqual(checked.failures, [], trace);
      const digest = digestOf(checked.inputs);
      if (request.type.endsWith(":Image")) assert.match(digest ?? "", /^[0-9a-f]{64}$/);
      assert.deepEqual(withDigest(checked.inputs), withDigest(response.inputs ?? null), trace);
    }));

  it("comes to the same verdict on every difference", () =>
    each("Diff", async ({ request, response, trace }) => {
      assert.deepEqual(await running().diff(request), response, `${trace}: ${request.urn}`);
    }));
});

const placeholder = "0".repeat(64);

function withDigest(inputs: JsonValue): JsonValue {
  if (digestOf(inputs) === undefined) return inputs;
  const { build, ...others } = inputs as Record<string, JsonValue>;
  return {
    ...others,
    build: { ...(build as Record<string, JsonValue>), contextDigest: placeholder },
  };
}

function digestOf(inputs: JsonValue): string | undefined {
  if (typeof inputs !== "object" || inputs === null || Array.isArray(inputs)) return undefined;
  const { build } = inputs;
  if (typeof build !== "object" || build === null || Array.isArray(build)) return undefined;
  return typeof build.contextDigest === "string" ? build.contextDigest : undefined;
}
