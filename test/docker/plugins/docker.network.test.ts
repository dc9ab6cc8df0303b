import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { SUBNETS } from "../addresses";
import { Bench, failure, textOf } from "./support";

const labels = [{ label: "landfall.project", value: "test" }];

describe("networks and volumes of the docker plugin", function () {
  this.timeout(60_000);
  const bench = Bench.use();
  const own = SUBNETS["plugin-network"];
  const subnet = `${own}.0/24`;

  it("are what the program says, and show no drift", async () => {
    const network = await bench.create("network", {
      name: bench.name(),
      ipamConfigs: [{ subnet, gateway: `${own}.1` }],
      labels,
      options: { "com.docker.network.bridge.enable_icc": "true" },
    });
    await bench.assertSettled("network", network);
    await bench.remove("network", network);
    await bench.remove("network", network);
    assert.equal((await bench.read("network", network)).id, "");
    const volume = await bench.create("volume", { name: bench.name(), labels });
    await bench.assertSettled("volume", volume);
    await bench.remove("volume", volume);
    await bench.remove("volume", volume);
    assert.equal((await bench.read("volume", volume)).id, "");
  });

  it("can be imported", async () => {
    for (const kind of ["network", "volume"] as const) {
      const made = await bench.create(kind, { name: bench.name(), labels });
      const read = await bench.provider.read({ ...bench.urn(kind), id: made.id });
      assert.deepEqual(read.inputs.labels, [
        { __defaults: [], label: "landfall.project", value: "test" },
      ]);
      const imported = { id: made.id, inputs: read.inputs, state: read.properties };
      assert.equal((await bench.diff(kind, imported, made.inputs)).changes, "DIFF_NONE");
    }
  });

  it("name the network that has the wanted addresses", async () => {
    const holder = await bench.create("network", { name: bench.name(), ipamConfigs: [{ subnet }] });
    const container = await bench.container({ networksAdvanced: [{ name: holder.id }] });
    const wider = { name: bench.name(), ipamConfigs: [{ subnet: `${own}.0/23` }] };
    const message = await failure(bench.create("network", wider));
    assert.match(message, /overlap/i);
    assert.ok(
      message.includes(`The network "${textOf(holder.state.name)}" (${subnet}) is in its way`),
      message,
    );
    assert.ok(message.includes(`used by ${textOf(container.state.name)}`), message);
    await bench.remove("container", container);
    await bench.remove("network", holder);
  });

  it("take the place of what a killed creation left unused", async () => {
    const name = bench.prefix;
    const news = { ipamConfigs: [{ subnet }], labels };
    const left = await bench.create("network", { ...news, name: `${name}-0123abc` });
    const made = await bench.create("network", { ...news, name: `${name}-4567def` });
    assert.equal((await bench.read("network", left)).id, "");
    await bench.remove("network", made);
  });

  it("wait for the last container before they go", async () => {
    const network = await bench.create("network", { name: bench.name() });
    const volume = await bench.create("volume", { name: bench.name() });
    const container = await bench.container({
      networksAdvanced: [{ name: network.id }],
      volumes: [{ volumeName: volume.id, containerPath: "/data" }],
    });
    const removals = Promise.all([
      bench.remove("network", network),
      bench.remove("volume", volume),
    ]);
    await sleep(700);
    await bench.remove("container", container);
    await removals;
  });
});
