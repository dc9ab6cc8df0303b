import assert from "node:assert/strict";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import type { HandlerKind } from "../../../../components/dynamic/handlers";
import { handlers } from "../../../../components/dynamic/handlers";
import { providerText } from "../../../../components/dynamic/providerText";
import { printedBy } from "../../../support/childProcess";

const root = path.resolve(__dirname, "../../../..");
const KINDS = Object.keys(handlers) as HandlerKind[];

// What the engine's dynamic provider process itself uses to load the text.
const load = createRequire(require.resolve("@pulumi/pulumi"))("require-from-string") as (
  text: string,
) => { handler: () => Record<string, unknown> };

describe("the provider that the state keeps", () => {
  const clients = [clientsOf("ports"), clientsOf("awsAccount")];

  it("is this very text: another one would be a change in everybody's state", () => {
    assert.equal(
      providerText("route"),
      'exports.handler = () => require("module").createRequire(process.cwd() + "/package.json")("landfall/dynamic").route;',
    );
  });

  for (const kind of KINDS) {
    it(`finds the ${kind} handler from the project's folder`, () => {
      const here = process.cwd();
      process.chdir(root);
      try {
        const handler = load(providerText(kind)).handler();
        for (const method of ["check", "diff", "create", "read", "update", "delete"]) {
          assert.equal(typeof handler[method], "function", method);
        }
        assert.equal(handler, handlers[kind]);
      } finally {
        process.chdir(here);
      }
    });
  }

  it("is found from a project that has the package installed", () => {
    const project = fs.mkdtempSync(path.join(os.tmpdir(), "landfall-shim-"));
    const here = process.cwd();
    try {
      fs.writeFileSync(path.join(project, "package.json"), "{}");
      fs.mkdirSync(path.join(project, "node_modules"));
      fs.symlinkSync(root, path.join(project, "node_modules", "landfall"));
      process.chdir(project);
      assert.equal(load(providerText("gate")).handler(), handlers.gate);
    } finally {
      process.chdir(here);
      fs.rmSync(project, { recursive: true });
    }
  });

  it("loads the clients of its own platform alone", async function () {
    this.timeout(60_000);
    assert.deepEqual(await Promise.all(clients), ["[ 'dockerode' ]", "[ '@aws-sdk' ]"]);
  });
});

/** What a process that has one of them has loaded. */
function clientsOf(kind: HandlerKind): Promise<string> {
  return printedBy(`
    require("./bin/dynamic.cjs").${kind};
    const loaded = Object.keys(require.cache);
    console.log(["dockerode", "@aws-sdk"].filter((name) => loaded.some((file) => file.includes(name))));`);
}
