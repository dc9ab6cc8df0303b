import assert from "node:assert/strict";
import * as docker from "@pulumi/docker";
import { ApiService, Environment, RedisCache } from "../../../components";
import { printedBy } from "../../support/childProcess";
import { mockEngine } from "../../support/mocks";

describe("a platform", () => {
  const loaded = loadedForDocker();

  it("tells which ports services can be published at", async () => {
    const seen = await mockEngine();
    const environment = new Environment("shop", { docker: { publicPorts: [8080, 9090] } });
    await seen.settled();
    assert.deepEqual(environment.publicPorts, [8080, 9090]);
  });

  it("is reached by the environment's provider, also by the components that are no children of it", async () => {
    const seen = await mockEngine();
    const provider = new docker.Provider("remote", { host: "ssh://deploy@docker.example" });
    const environment = new Environment("shop", {}, { providers: [provider] });
    const cache = new RedisCache("cache", { environment });
    const api = new ApiService("api", { environment, image: { ref: "shop/api:1" } });
    const own = new docker.Provider("own", { host: "ssh://deploy@other.example" });
    const other = new RedisCache("other", { environment }, { provider: own });
    await seen.settled();
    const providerOf = (each: RedisCache | ApiService) => each.getProvider("docker:index:Any");
    assert.equal(providerOf(cache), provider);
    assert.equal(providerOf(api), provider);
    assert.equal(providerOf(other), own);
  });

  it("is loaded when it is chosen: a stack on Docker does not pay for AWS", async function () {
    this.timeout(60_000);
    assert.equal(await loaded, '[[],["@pulumi/docker"]]');
  });
});

/** Which of the packages that cost most a process has loaded, before and after an environment is made. */
function loadedForDocker(): Promise<string> {
  return printedBy(`
    const { Environment } = require("./bin/load.cjs")("components/index");
    const before = loaded();
    try { new Environment("shop", { docker: { publicPorts: [0] } }); } catch {}
    console.log(JSON.stringify([before, loaded()]));
    function loaded() {
      const files = Object.keys(require.cache);
      return ["@pulumi/docker", "@pulumi/aws", "@aws-sdk"].filter((name) => files.some((file) => file.includes("node_modules/" + name + "/")));
    }`);
}
