import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerPlugin } from "../../../toolchain/plugins/docker";
import { previewUpdate } from "../../../toolchain/plugins/docker/bridge/preview";
import type { ResourceSchema } from "../../../toolchain/plugins/docker/bridge/schema";
import { officialState } from "../../../toolchain/plugins/docker/bridge/state";
import { container } from "../../../toolchain/plugins/docker/schema/container";
import { network, remoteImage, tag, volume } from "../../../toolchain/plugins/docker/schema/small";
import type { PropertyMap } from "../../../toolchain/plugins/host";
import type { Json, JsonValue } from "../../support/provider";
import { ProviderUnderTest } from "../../support/provider";
import type { RecordedCall } from "../../support/traces";
import { missingRecordings, recordedCalls, recordings } from "../../support/traces";

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

  it("shapes recorded values to the recorded state: order of sets, nulls, and how to read it back", async () => {
    let shaped = 0;
    for (const method of ["Create", "Update"])
      await each(method, ({ request, response, trace }) => {
        const schema = schemas[request.type];
        if (schema === undefined) return Promise.resolve();
        const recorded = mapOf(response.properties);
        const shuffled = withReversedSets(schema, recorded);
        const id = typeof recorded.id === "string" ? recorded.id : "";
        const state = officialState(schema, id, shuffled, method === "Update");
        assert.deepEqual(state, recorded, `${trace}: ${request.urn}`);
        shaped++;
        return Promise.resolve();
      });
    assert.ok(shaped > 10, `only ${shaped} states were compared`);
  });

  it("updates state to what the official plugin recorded", () =>
    each("Update", ({ request, response }) => {
      const schema = schemas[request.type];
      if (schema === undefined) return Promise.resolve();
      const next = previewUpdate(schema, mapOf(request.olds), mapOf(request.news));
      assert.deepEqual(officialState(schema, request.id ?? "", next, true), response.properties);
      return Promise.resolve();
    }));

  it("has nothing to do in the exported state of an official stack", async () => {
    const exported = JSON.parse(
      readFileSync(join(recordings, "state.json"), "utf8").replaceAll('"PROJECT/', '"/PROJECT/'),
    ) as { deployment: { resources: Recorded[] } };
    const mine = exported.deployment.resources.filter(({ type }) => type.startsWith("docker:"));
    assert.ok(mine.length > 8);
    for (const { urn, type, id, inputs, outputs } of mine) {
      const [olds, news] = [plainSecrets(outputs), plainSecrets(inputs)] as [Json, Json];
      const verdict = await running().diff({ urn, type, id, olds, oldInputs: news, news });
      assert.equal(verdict.changes, "DIFF_NONE", urn);
    }
  });
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

const schemas: Readonly<Record<string, ResourceSchema>> = {
  "docker:index/container:Container": container,
  "docker:index/network:Network": network,
  "docker:index/remoteImage:RemoteImage": remoteImage,
  "docker:index/tag:Tag": tag,
  "docker:index/volume:Volume": volume,
};

/** Sets come from the daemon and from programs in any order. */
function withReversedSets(schema: ResourceSchema, recorded: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(recorded).map(([key, value]) => [
      key,
      schema.properties[key]?.type === "set" && Array.isArray(value) ? [...value].reverse() : value,
    ]),
  );
}

function mapOf(value: JsonValue | undefined): PropertyMap {
  assert.ok(value !== undefined);
  return JSON.parse(JSON.stringify(value)) as PropertyMap;
}

interface Recorded {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly inputs: Json;
  readonly outputs: Json;
}

/** An export shows secrets as JSON text in an envelope. */
function plainSecrets(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plainSecrets);
  if (typeof value.plaintext === "string") return JSON.parse(value.plaintext) as JsonValue;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, plainSecrets(inner)]),
  );
}
