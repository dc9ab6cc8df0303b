import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Json, JsonValue } from "../../support/provider";
import { ProviderUnderTest, secret, secretKey } from "../../support/provider";
import type { RecordedCall } from "../../support/traces";
import { missingRecordings, recordedCalls, recordings } from "../../support/traces";
import { randomPlugin } from "../../../toolchain/plugins/random";

describe("the random plugin, on the recorded calls of the official one", () => {
  let provider: ProviderUnderTest | undefined;
  let calls: RecordedCall[];

  before(async function () {
    if (missingRecordings !== undefined) {
      console.warn(`      skipped: ${missingRecordings}`);
      this.skip();
    }
    calls = recordedCalls("random");
    assert.ok(calls.length > 100, `only ${calls.length} calls were recorded`);
    provider = await ProviderUnderTest.start(randomPlugin);
  });

  after(() => provider?.stop());

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

  it("checks every input to the same result", () =>
    each("Check", async ({ request, response, trace }) => {
      const { inputs, failures } = await running().check(request);
      assert.deepEqual({ inputs, failures }, { inputs: response.inputs, failures: [] }, trace);
    }));

  it("comes to the same verdict on every difference", () =>
    each("Diff", async ({ request, response, trace }) => {
      assert.deepEqual(await running().diff(request), response, `${trace}: ${request.urn}`);
    }));

  it("creates state of the same shape, with values of the same kind", () =>
    each("Create", async ({ request, response }) => {
      const type = request.type.split(":").at(-1) ?? "";
      assert.ok(patterns[type], `nothing says what the values of ${type} look like`);
      const made = await running().create(request);
      assert.deepEqual(shape(type, { ...made }), shape(type, response));
      assert.equal(made.id, made.properties.id);
    }));

  it("reads recorded state back as it is", () =>
    each("Diff", async ({ request }) => {
      const id = request.id ?? "";
      const read = await running().read({
        ...request,
        properties: request.olds,
        inputs: request.oldInputs,
      });
      assert.equal(read.id, id);
      assert.deepEqual(read.inputs, request.oldInputs);
      assert.deepEqual(withoutSecrets(read.properties), request.olds);
    }));

  it("updates state to what the official plugin recorded", () =>
    each("Diff", async ({ request, response }) => {
      if (response.changes !== "DIFF_NONE") return;
      const { properties } = await running().update(request);
      assert.deepEqual(withoutSecrets(properties), request.olds);
    }));

  it("describes every type with the official properties", async () => {
    const text = await readFile(join(recordings, "random-schema.json"), "utf8");
    const official = JSON.parse(text) as Schema;
    const ours = JSON.parse(await running().schema()) as Schema;
    assert.deepEqual(Object.keys(ours.resources).sort(), Object.keys(official.resources).sort());
    for (const [token, { inputProperties, properties, ...rest }] of Object.entries(
      ours.resources,
    )) {
      const theirs = official.resources[token];
      assert.deepEqual(inputProperties, undocumented(theirs?.inputProperties), token);
      assert.deepEqual(properties, undocumented(theirs?.properties), token);
      assert.deepEqual(rest.required, theirs?.required ?? [], token);
      assert.deepEqual([...rest.requiredInputs].sort(), theirs?.requiredInputs ?? [], token);
    }
  });

  it("deletes what was deleted", () => each("Delete", (call) => running().delete(call.request)));
});

/** What every generated value must look like, the official plugin's and ours. */
const patterns: Record<string, Record<string, RegExp>> = {
  RandomId: {
    id: /^[\w-]{6}$|^[\w-]{8}$/,
    b64Std: /^p-([\w+/]{6}==|[\w+/]{8})$/,
    b64Url: /^p-([\w-]{6}|[\w-]{8})$/,
    dec: /^p-\d{1,15}$/,
    hex: /^p-([0-9a-f]{8}|[0-9a-f]{12})$/,
  },
  RandomInteger: { id: /^[1-9]$/, result: /^[1-9]$/ },
  RandomPassword: {
    id: /^none$/,
    result: /^(?=(.*[A-Z]){2})[\w-]{24}$/,
    bcryptHash: /^\$2a\$10\$[./A-Za-z0-9]{53}$/,
  },
  RandomPet: { id: /^[a-z]+-[a-z]+$/ },
  RandomString: { id: /^[a-z0-9]{8}$/, result: /^[a-z0-9]{8}$/ },
  RandomUuid: { id: uuid(), result: uuid() },
};

function uuid(): RegExp {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
}

/** The state with generated values replaced by the type and the pattern that they match. */
function shape(type: string, value: JsonValue, key = ""): JsonValue {
  const pattern = patterns[type]?.[key];
  if (pattern && (typeof value === "string" || typeof value === "number")) {
    assert.match(String(value), pattern, `${type}.${key}`);
    return `${typeof value} ${pattern.source}`;
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => shape(type, item));
  if (secretKey in value) return secret(shape(type, value.value ?? null, key));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, shape(type, inner, name)]),
  );
}

function withoutSecrets(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (secretKey in value) return withoutSecrets(value.value ?? null);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]),
  );
}

interface Schema {
  readonly resources: Record<string, ResourceSchema>;
}

interface ResourceSchema {
  readonly inputProperties: Record<string, Json>;
  readonly properties: Record<string, Json>;
  readonly required: string[];
  readonly requiredInputs: string[];
}

function undocumented(properties: Record<string, Json> = {}): Record<string, Json> {
  const bare = Object.entries(properties).map(([key, property]) => {
    const { description: _text, deprecationMessage: _note, ...rest } = property;
    return [key, rest] as const;
  });
  return Object.fromEntries(bare);
}
