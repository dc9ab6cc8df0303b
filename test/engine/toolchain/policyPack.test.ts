import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { TinyProject } from "./project";

const PACK = {
  "pack/PulumiPolicy.yaml": "runtime: nodejs\nmain: index.js\n",
  "pack/package.json": JSON.stringify({ name: "pack", version: "0.0.1", main: "index.js" }),
  "pack/index.js": `
    const { PolicyPack } = require("@pulumi/policy");
    new PolicyPack("tiny-pack", { policies: [{
      name: "short-shelves",
      description: "Shelves are at most 3 long.",
      enforcementLevel: "mandatory",
      validateResource: (args, report) => {
        if (args.type === "pulumi-nodejs:dynamic:Resource" && args.props.length > 3) {
          report("the shelf is " + args.props.length + " long");
        }
      },
    }] });
  `,
};

const program = (length: number): string => `
  const pulumi = require("@pulumi/pulumi");
  class Shelf extends pulumi.dynamic.Resource {}
  new Shelf({ create: async (inputs) => ({ id: "s", outs: inputs }) }, "shelf", { length: ${length} });
`;

describe("a policy pack under the real engine", function () {
  this.timeout(180_000);
  let project: TinyProject;

  before(async () => {
    project = await TinyProject.create({ ...PACK, "index.js": program(2) });
  });

  after(() => {
    project.remove();
  });

  it("lets a program pass that keeps its rules, without a warning", async () => {
    const { code, output } = await project.run("preview", "--policy-pack", "pack");
    assert.equal(code, 0, output);
    assert.match(output, /tiny-pack/);
    assert.doesNotMatch(output, /warning/i);
  });

  it("stops a program that breaks one, and tells the rule", async () => {
    fs.writeFileSync(path.join(project.folder, "index.js"), program(4));
    const { code, output } = await project.run("preview", "--policy-pack", "pack");
    assert.notEqual(code, 0);
    assert.match(output, /short-shelves/);
    assert.match(output, /the shelf is 4 long/);
  });
});
