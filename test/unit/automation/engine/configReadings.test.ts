import * as assert from "node:assert/strict";

import { ConfigReadings } from "../../../../automation/engine/configReadings";

interface Config {
  key: { value: string };
}

describe("Readings of config", () => {
  let reads: number;
  let readings: ConfigReadings<Config>;
  const read = (): Promise<Config> => Promise.resolve({ key: { value: String(++reads) } });

  beforeEach(() => {
    reads = 0;
    readings = new ConfigReadings<Config>();
  });

  it("are done once for the same file, project, stack and environment, side by side too", async () => {
    const texts = ["dev", "a: 1", { PULUMI_CONFIG_PASSPHRASE: "x" }];
    const all = await Promise.all([1, 2, 3].map(() => readings.get(texts, read)));
    assert.deepEqual(all, Array(3).fill({ key: { value: "1" } }));
    const other = ["dev", "a: 1", { PULUMI_CONFIG_PASSPHRASE: "y" }];
    assert.deepEqual(await readings.get(other, read), { key: { value: "2" } });
  });

  it("are anew after any change, where nothing is known, and with an environment of the service", async () => {
    for (const texts of [["a: 1"], ["a: 2"], undefined, undefined]) await readings.get(texts, read);
    const imported = ["config:\n  a: 1\nenvironment:\n  - shared\n"];
    for (let time = 0; time < 2; time++) await readings.get(imported, read);
    assert.equal(reads, 6);
  });

  it("give copies, so that what one changes nobody else sees", async () => {
    const first = await readings.get(["a"], read);
    first.key.value = "changed";
    assert.deepEqual(await readings.get(["a"], read), { key: { value: "1" } });
  });

  it("that fail are done again", async () => {
    const failing = (): Promise<Config> => Promise.reject(new Error("locked"));
    await assert.rejects(readings.get(["a"], failing), /locked/);
    assert.deepEqual(await readings.get(["a"], read), { key: { value: "1" } });
  });

  it("are forgotten, the oldest first, when there are many", async () => {
    for (let index = 0; index <= 64; index++) await readings.get([index], read);
    await readings.get([64], read);
    assert.equal(reads, 65);
    await readings.get([0], read);
    assert.equal(reads, 66);
  });
});
