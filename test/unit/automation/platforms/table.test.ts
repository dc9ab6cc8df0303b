import * as assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";

import execa from "execa";

import { namedPlatform, platformNames, platformOf } from "../../../../automation/platforms";

const root = resolve(__dirname, "../../../..");

describe("the platforms of the SDK", () => {
  it("have a folder each, with the same file for each adapter", async () => {
    for (const name of platformNames) {
      const platform = await namedPlatform(name);
      const files = readdirSync(resolve(root, "automation/platforms", name));
      for (const adapter of Object.keys(platform ?? assert.fail()))
        assert.ok(files.includes(`${adapter}.ts`), `${name}/${adapter}.ts`);
    }
  });

  it("are chosen by the output, else by what the stack has, else Docker", async () => {
    const [docker, aws] = [await namedPlatform("docker"), await namedPlatform("aws")];
    const has = (type: string) => ({ resources: [{ urn: "", type }], pending: [] });
    const none = { resources: [], pending: [] };
    assert.equal(await platformOf({ state: none }), docker);
    assert.equal(await platformOf({ state: has("aws:ecs/service:Service") }), aws);
    assert.equal(await platformOf({ state: has("docker:index/x:X") }), docker);
    const intended = { platform: "aws" };
    assert.equal(await platformOf({ state: has("docker:index/x:X"), intended }), aws);
    for (const name of [undefined, "", "fly", "toString", "__proto__"])
      assert.equal(await namedPlatform(name), undefined);
  });

  it("are not loaded before one is chosen", async () => {
    const script = `
      require("./automation");
      const { namedPlatform } = require("./automation/platforms");
      const loaded = () => Object.keys(require.cache).some((file) => /@aws-sdk\\/client-(?!s3)/.test(file));
      (async () => {
        const first = loaded();
        await namedPlatform("docker");
        const docker = loaded();
        await namedPlatform("aws");
        console.log(JSON.stringify([first, docker, loaded()]));
      })();`;
    const { stdout } = await execa("node", ["-r", "ts-node/register", "-e", script], { cwd: root });
    assert.deepEqual(JSON.parse(stdout), [false, false, true]);
  }).timeout(60_000);
});
