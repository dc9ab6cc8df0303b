import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { ResourceInitError, Secret } from "../../../toolchain/plugins/host";
import type { Plugin, ResourceHandler } from "../../../toolchain/plugins/host";
import { ProviderUnderTest, secret } from "../../support/provider";

describe("the plugin host", () => {
  let provider: ProviderUnderTest | undefined;

  afterEach(async () => {
    await provider?.stop();
    provider = undefined;
  });

  const start = async (
    handler: Partial<ResourceHandler>,
    plugin: Partial<Plugin> = {},
  ): Promise<ProviderUnderTest> => {
    const resources = { "t:index:T": { ...inert, ...handler } };
    provider = await ProviderUnderTest.start({ name: "t", version: "1.2.3", resources, ...plugin });
    return provider;
  };

  it("tells a handler who calls: from the type and name, or else from the URN", async () => {
    const seen: string[] = [];
    const running = await start({
      create({ urn, type, name }) {
        seen.push(`${type} ${name} ${urn.length}`);
        return { id: "1", state: {} };
      },
    });
    const urn = "urn:pulumi:s::p::my:Component$t:index:T::a::name";
    await running.create({ urn });
    assert.deepEqual(seen, [`t:index:T a::name ${urn.length}`]);
  });

  it("names a resource type and a function that it does not serve, and those that it does", async () => {
    const invokes = { "t:index:f": () => ({ result: { ok: true } }) };
    const running = await start({}, { invokes });
    await rejects(
      running.create({ type: "t:index:Other" }),
      status.INVALID_ARGUMENT,
      /resource type t:index:Other; it supports: t:index:T/,
    );
    await rejects(
      running.create({ type: "constructor" }),
      status.INVALID_ARGUMENT,
      /resource type constructor/,
    );
    await rejects(
      running.invoke("t:index:g"),
      status.INVALID_ARGUMENT,
      /function t:index:g; it supports: t:index:f/,
    );
    await rejects(running.invoke("toString"), status.INVALID_ARGUMENT, /function toString/);
    assert.deepEqual(await running.invoke("t:index:f"), { ok: true });
  });

  it("passes an error on with its causes, and without a stack", async () => {
    const running = await start({
      create() {
        const cause = new Error("connect ECONNREFUSED", { cause: new TypeError("no route") });
        throw new Error("cannot reach the daemon", { cause });
      },
      delete() {
        throw new Error("");
      },
    });
    const error = await rejects(running.create({}), status.UNKNOWN, /./);
    assert.equal(error.details, "cannot reach the daemon: connect ECONNREFUSED: no route");
    await rejects(running.delete({}), status.UNKNOWN, /failed without a message/);
  });

  it("reports what is half made with its state, so that the engine records it", async () => {
    const running = await start({
      create() {
        const state = { name: "web", token: new Secret("t") };
        throw new ResourceInitError("it never became healthy", {
          id: "c1",
          state,
          inputs: { name: "web" },
        });
      },
    });
    const error = await rejects(running.create({}), status.UNKNOWN, /it never became healthy/);
    const [trailer] = error.metadata.get("grpc-status-details-bin");
    assert.ok(Buffer.isBuffer(trailer));
    const [detail] = Status.deserializeBinary(trailer).getDetailsList();
    assert.equal(detail?.getTypeName(), "pulumirpc.ErrorResourceInitFailed");
    const failure = ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
    assert.equal(failure.getId(), "c1");
    assert.deepEqual(failure.getReasonsList(), ["it never became healthy"]);
    assert.deepEqual(failure.getProperties()?.toJavaScript(), { name: "web", token: secret("t") });
    assert.deepEqual(failure.getInputs()?.toJavaScript(), { name: "web" });
  });

  it("aborts what is in flight on Cancel, and refuses what comes later", async () => {
    let began: () => void = () => undefined;
    const beginning = new Promise<void>((resolve) => (began = resolve));
    const running = await start({
      create: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            reject(signal.reason as Error);
          });
          began();
        }),
    });
    const create = rejects(running.create({}), status.CANCELLED, /the update was cancelled/);
    await beginning;
    await running.cancel();
    await create;
    await rejects(running.update({}), status.CANCELLED, /the update was cancelled/);
  });

  it("aborts a call when its own timeout has passed", async () => {
    const running = await start({
      update: ({ signal, timeoutSeconds }) =>
        new Promise((_, reject) => {
          assert.equal(timeoutSeconds, 0.05);
          signal.addEventListener("abort", () => {
            reject(signal.reason as Error);
          });
        }),
    });
    await rejects(running.update({ timeout: 0.05 }), status.DEADLINE_EXCEEDED, /timeout of 0.05 s/);
  });

  it("does not end a long timeout at once", async () => {
    const running = await start({
      update: async ({ signal }) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { state: { aborted: signal.aborted } };
      },
    });
    const year = 365 * 24 * 3600;
    assert.deepEqual((await running.update({ timeout: year })).properties, { aborted: false });
  });

  it("tells the engine that a resource is gone by an empty id", async () => {
    const running = await start({ read: () => undefined });
    assert.deepEqual(await running.read({ id: "x" }), { id: "", properties: {}, inputs: {} });
  });

  it("passes on everything that a diff says", async () => {
    const running = await start({
      diff: () => ({
        changes: "some",
        replaces: ["a"],
        diffs: ["a", "b"],
        stables: ["c"],
        deleteBeforeReplace: true,
        detailedDiff: { a: { kind: "update-replace" }, "b[0]": { kind: "add", inputDiff: true } },
      }),
    });
    assert.deepEqual(await running.diff({}), {
      changes: "DIFF_SOME",
      replaces: ["a"],
      diffs: ["a", "b"],
      stables: ["c"],
      deleteBeforeReplace: true,
      detailedDiff: { a: { kind: "UPDATE_REPLACE" }, "b[0]": { kind: "ADD", inputDiff: true } },
      hasDetailedDiff: true,
    });
  });

  it("hands over how automatic names are wanted", async () => {
    const running = await start({
      check: ({ autonaming }) => ({
        inputs: { mode: autonaming?.mode ?? "", name: autonaming?.proposedName ?? "" },
      }),
    });
    const autonaming = { proposedName: "n", mode: 1 as const };
    assert.deepEqual((await running.check({ autonaming })).inputs, { mode: "enforce", name: "n" });
  });

  it("accepts the engine's own configuration, and names any other", async () => {
    const running = await start({});
    const { inputs, failures } = await running.checkConfig({ version: "1.2.3", colour: "blue" });
    assert.deepEqual(inputs, { version: "1.2.3", colour: "blue" });
    assert.deepEqual(failures, [
      { property: "colour", reason: "the provider has no configuration property colour" },
    ]);
    const configured = await running.configure({ version: "1.2.3" });
    assert.equal(configured.supportspreview, true);
    assert.equal(configured.acceptsecrets, false);
  });

  it("answers with a schema of the tokens that it serves", async () => {
    const running = await start({});
    const schema = JSON.parse(await running.schema()) as Record<string, unknown>;
    assert.deepEqual(schema, {
      name: "t",
      version: "1.2.3",
      resources: { "t:index:T": {} },
      functions: {},
    });
    await rejects(running.schema(7), status.INVALID_ARGUMENT, /schema version 7/);
  });

  it("takes states far beyond gRPC's usual limit", async () => {
    const running = await start({
      check: ({ news }) => ({ inputs: { taken: news.text === text } }),
    });
    const text = "x".repeat(6_000_000);
    assert.deepEqual((await running.check({ news: { text } })).inputs, { taken: true });
  });
});

const inert: ResourceHandler = {
  check: ({ news }) => ({ inputs: news }),
  diff: () => ({ changes: "none" }),
  create: () => ({ id: "id", state: {} }),
  read: ({ id, state, inputs }) => ({ id, state, inputs }),
  update: ({ news }) => ({ state: news }),
  delete: () => undefined,
};

async function rejects(
  promise: Promise<unknown>,
  code: status,
  message: RegExp,
): Promise<ServiceError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason as ServiceError,
  );
  assert.ok(error, "the call succeeded");
  assert.equal(error.code, code, error.message);
  assert.match(error.details, message);
  return error;
}
