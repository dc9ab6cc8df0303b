import assert from "node:assert/strict";
import { Environment } from "../../../../components";
import { publicListenPort } from "../../../../components/docker/context";
import type { Registrations } from "../../../support/mocks";
import { mockEngine } from "../../../support/mocks";

describe("an environment on Docker", () => {
  const open = async (args: ConstructorParameters<typeof Environment>[1], stack = "test") => {
    const seen: Registrations = await mockEngine({ stack });
    new Environment("shop", args);
    return seen.settled();
  };

  it("is one network and one router at a fixed address, the only one to publish ports", async () => {
    const seen = await open({ docker: { publicPorts: [8080], subnet: "10.80.1.0/24" } });
    assert.deepEqual(seen.named("network").inputs["ipamConfigs"], [
      { subnet: "10.80.1.0/24", gateway: "10.80.1.1", ipRange: "10.80.1.128/25" },
    ]);
    const router = seen.named("router").inputs;
    assert.deepEqual(router["networksAdvanced"], [{ name: "shop-test", ipv4Address: "10.80.1.2" }]);
    assert.deepEqual(router["ports"], [
      { internal: 28080, external: 8080, ip: "127.0.0.1", protocol: "tcp" },
    ]);
  });

  it("asks for its ports before it makes anything", async () => {
    const seen = await open({ docker: { publicPorts: [8080] } });
    const names = seen.all.map(({ name }) => name);
    assert.ok(names.indexOf("ports") < names.indexOf("network"));
    assert.ok(names.indexOf("network") < names.indexOf("router"));
  });

  it("labels whatever it makes with project, stack and owner", async () => {
    const seen = await open({});
    for (const name of ["network", "router", "router-data"]) {
      const labels = seen.named(name).inputs["labels"] as { label: string; value: string }[];
      assert.deepEqual(labels.slice(0, 3), [
        { label: "landfall.project", value: "shop" },
        { label: "landfall.stack", value: "test" },
        { label: "landfall.owner", value: "0123456789abcdef" },
      ]);
    }
  });

  it("leaves the labels of a stack from before there were owners as they are", async () => {
    const seen = await open({ docker: { owner: "none" } });
    assert.deepEqual(seen.named("router").inputs["labels"], [
      { label: "landfall.project", value: "shop" },
      { label: "landfall.stack", value: "test" },
      { label: "landfall.role", value: "router" },
    ]);
  });

  it("has the objects of other deployments looked for, by the stack's labels", async () => {
    const seen = await open({ docker: { owner: "a1b2" } });
    const { stackLabels, owner } = seen.named("ports").inputs;
    assert.deepEqual(stackLabels, { "landfall.project": "shop", "landfall.stack": "test" });
    assert.equal(owner, "a1b2");
    await assert.rejects(open({ docker: { owner: "A B" } }), /docker\.owner: must be an id/);
  });

  it("gives every stack a subnet of its own that stays the same", async () => {
    const subnetOf = async (stack: string) =>
      JSON.stringify((await open({}, stack)).named("network").inputs["ipamConfigs"]);
    assert.equal(await subnetOf("dev"), await subnetOf("dev"));
    assert.notEqual(await subnetOf("dev"), await subnetOf("qa"));
  });

  it("never listens for a published port on that same port", () => {
    for (const port of [1, 80, 443, 3000, 8080, 45535, 45536, 65535]) {
      const listen = publicListenPort(port);
      assert.notEqual(listen, port);
      assert.ok(listen >= 1 && listen <= 65535);
    }
  });

  it("takes changes of the network and of the router", async () => {
    const seen = await open({
      transform: {
        network: { options: { "com.x": "1" } },
        router: (args) => ({ ...args, memory: 64 }),
      },
    });
    assert.deepEqual(seen.named("network").inputs["options"], { "com.x": "1" });
    assert.equal(seen.named("router").inputs["memory"], 64);
  });
});
