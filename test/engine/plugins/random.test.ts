import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment, PulumiFn } from "@pulumi/pulumi/automation";
import * as random from "@pulumi/random";
import { EngineSandbox } from "../../support/engine";
import { missingRecordings, recordings } from "../../support/traces";

describe("the random plugin under the real engine", function () {
  this.timeout(300_000);
  let sandbox: EngineSandbox;

  before(async () => {
    sandbox = await EngineSandbox.create({ random: "4.21.2" });
  });

  after(() => sandbox.remove());

  const program =
    (length: number, special = true): PulumiFn =>
    () => {
      const password = new random.RandomPassword("password", { length, special });
      new random.RandomId("id", { byteLength: 4, prefix: "p-" });
      new random.RandomString("string", { length: 8, keepers: { k: "1" } });
      new random.RandomPet("pet");
      new random.RandomUuid("uuid");
      new random.RandomInteger("integer", { min: 1, max: 9 });
      new random.RandomShuffle("shuffle", { inputs: ["a", "b", "c"] });
      return Promise.resolve({ password: password.result, hash: password.bcryptHash });
    };

  it("creates, then changes nothing, then replaces only what changed, then deletes", async () => {
    const stack = await sandbox.stack("life", "test", program(24));
    const first = await stack.up();
    assert.deepEqual(first.summary.resourceChanges, { create: 8 });
    const password = first.outputs.password;
    assert.equal(password?.secret, true);
    assert.equal(first.outputs.hash?.secret, true);
    assert.match(String(password.value), /^[A-Za-z0-9!@#$%&*()\-_=+[\]{}<>:?]{24}$/);

    const again = await stack.up();
    assert.deepEqual(again.summary.resourceChanges, { same: 8 });
    assert.equal(again.outputs.password?.value, password.value);

    const refreshed = await stack.refresh();
    assert.deepEqual(refreshed.summary.resourceChanges, { same: 8 });

    const longer = await sandbox.stack("life", "test", program(32));
    const preview = await longer.preview({ diff: true });
    assert.deepEqual(preview.changeSummary, { replace: 1, same: 7 });
    assert.match(preview.stdout, /length *: 24 => 32/);
    const replaced = await longer.up();
    assert.deepEqual(replaced.summary.resourceChanges, { replace: 1, same: 7 });
    assert.equal(String(replaced.outputs.password?.value).length, 32);

    const destroyed = await longer.destroy();
    assert.deepEqual(destroyed.summary.resourceChanges, { delete: 8 });
  });

  it("leaves no secret in plain text, neither in state nor in what it prints", async () => {
    const stack = await sandbox.stack("secrets", "test", () => {
      const password = new random.RandomPassword("password", { length: 20, special: false });
      const bytes = new random.RandomBytes("bytes", { length: 20 });
      const keepers = { token: pulumi.secret("a-secret-keeper") };
      new random.RandomId("kept", { byteLength: 4, keepers });
      return Promise.resolve({
        values: pulumi.all([password.result, password.bcryptHash, bytes.hex]),
      });
    });
    const { outputs, stdout } = await stack.up();
    const values = [...(outputs.values?.value as string[]), "a-secret-keeper"];
    const state = await sandbox.storedState("secrets", "test");
    for (const value of values) {
      assert.ok(value.length > 10);
      assert.ok(!state.includes(value), "a secret lies in state");
      assert.ok(!stdout.includes(value), "a secret was printed");
    }
    await stack.destroy();
  });

  it("imports existing values, and then keeps them", async () => {
    const values = (imported: boolean): PulumiFn => {
      const from = (value: string) => (imported ? { import: value } : {});
      return () => {
        const password = new random.RandomPassword("password", { length: 9 }, from("Old-Pass1"));
        const id = new random.RandomId("id", { byteLength: 4, prefix: "p," }, from("p,,AVd5gQ"));
        const uuid = new random.RandomUuid(
          "uuid",
          {},
          from("0EC5CF50-58D2-D281-25EA-483188D875C7"),
        );
        const number = new random.RandomInteger("n", { min: -9, max: 9 }, from("-5,-9,9"));
        return Promise.resolve({
          password: password.result,
          hex: id.hex,
          uuid: uuid.result,
          number: number.result,
        });
      };
    };
    const stack = await sandbox.stack("import", "test", values(true));
    const { summary, outputs } = await stack.up();
    assert.deepEqual(summary.resourceChanges, { create: 1, import: 4 });
    const plain = Object.fromEntries(
      Object.entries(outputs).map(([key, { value }]) => [key, value as unknown]),
    );
    assert.deepEqual(plain, {
      password: "Old-Pass1",
      hex: "p,01577981",
      uuid: "0ec5cf50-58d2-d281-25ea-483188d875c7",
      number: -5,
    });
    assert.equal(outputs.password?.secret, true);
    const after = await sandbox.stack("import", "test", values(false));
    assert.deepEqual((await after.up()).summary.resourceChanges, { same: 5 });
    await after.destroy();
  });

  it("refuses wrong input by name, and creates nothing", async () => {
    const stack = await sandbox.stack("wrong", "test", () => {
      new UncheckedString("string", { length: "eight", colour: "blue" });
      return Promise.resolve();
    });
    await assert.rejects(stack.up(), (error: Error) => {
      assert.match(error.message, /expected a whole number, got a string/);
      assert.match(
        error.message,
        /colour is not supported; the properties here are keepers, length/,
      );
      return true;
    });
    const made = typesIn(await stack.exportStack()).filter((type) => type.startsWith("random:"));
    assert.deepEqual(made, []);
  });

  it("takes over a stack that the official plugin created, without a change", async function () {
    if (missingRecordings !== undefined) {
      console.warn(`      skipped: ${missingRecordings}`);
      this.skip();
    }
    const stack = await sandbox.stack("rec", "rec", () => {
      const pw = new random.RandomPassword("pw", {
        length: 24,
        special: true,
        overrideSpecial: "_-",
        minUpper: 2,
      });
      new random.RandomId("id", { byteLength: 6, prefix: "p-" });
      new random.RandomString("st", {
        length: 8,
        upper: false,
        special: false,
        keepers: { k: "1" },
      });
      new random.RandomPet("pet", { length: 2 });
      new random.RandomUuid("uuid");
      new random.RandomInteger("ints", { min: 1, max: 9 });
      return Promise.resolve({ pw: pw.result });
    });
    const empty = await sandbox.stack("rec", "rec", () => Promise.resolve());
    await empty.up();
    await empty.importStack(await officialState(await empty.exportStack()));
    const refreshed = await stack.refresh();
    assert.deepEqual(refreshed.summary.resourceChanges, { same: 7 });
    const { summary, outputs } = await stack.up();
    assert.deepEqual(summary.resourceChanges, { same: 7 });
    assert.equal(outputs.pw?.value, "-sjua4OtFaMzssEQTvO2fpQJ");
    await stack.destroy();
  });
});

/** A string whose arguments no compiler looks at, as those of other languages' programs. */
class UncheckedString extends pulumi.CustomResource {
  constructor(name: string, args: pulumi.Inputs) {
    super("random:index/randomString:RandomString", name, args, { version: "4.21.2" });
  }
}

interface Resources {
  readonly resources?: readonly { readonly type: string }[];
}

function typesIn(state: Deployment): string[] {
  return ((state.deployment as Resources).resources ?? []).map(({ type }) => type);
}

/** The recorded stack's resources of ours, in a deployment that knows this stack's passphrase. */
async function officialState(own: Deployment): Promise<Deployment> {
  const text = await readFile(join(recordings, "state.json"), "utf8");
  const recorded = JSON.parse(text) as { deployment: Resources };
  const ours = /^(pulumi:pulumi:Stack|pulumi:providers:random|random:.*)$/;
  const resources = recorded.deployment.resources?.filter(({ type }) => ours.test(type));
  return { version: own.version, deployment: { ...(own.deployment as object), resources } };
}
