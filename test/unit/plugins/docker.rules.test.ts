import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { dockerPlugin } from "../../../toolchain/plugins/docker";
import {
  durationNanoseconds,
  formatDuration,
} from "../../../toolchain/plugins/docker/schema/duration";
import type { Block, ResourceSchema } from "../../../toolchain/plugins/docker/bridge/schema";
import { container } from "../../../toolchain/plugins/docker/schema/container";
import { network, remoteImage, tag, volume } from "../../../toolchain/plugins/docker/schema/small";
import type { Json } from "../../support/provider";
import { ProviderUnderTest, secret, unknownString } from "../../support/provider";

const type = "docker:index/container:Container";
const seed = Buffer.from("LaOpb6Q8OBSyMZrj7/XMMuRKhVyv0REPqxNTovUXeWs=", "base64").toString(
  "base64",
);

describe("the rules of the docker plugin", () => {
  let provider: ProviderUnderTest;

  before(async () => {
    provider = await ProviderUnderTest.start(dockerPlugin());
  });

  after(() => provider.stop());

  const check = (news: Json, of = type): ReturnType<ProviderUnderTest["check"]> =>
    provider.check({ type: of, urn: `urn:pulumi:s::p::${of}::vol`, news, randomSeed: seed });
  const reasons = async (news: Json, of = type): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await check(news, of)).failures.map(({ property, reason }) => [property, reason]),
    );

  it("fills in defaults and lists them, at every depth", async () => {
    const { inputs, failures } = await check({
      image: "app:1",
      ports: [{ internal: "80", external: 8080 }],
      healthcheck: { tests: ["CMD", "true"] },
      memory: "64",
    });
    assert.deepEqual(failures, []);
    assert.deepEqual(inputs.ports, [
      {
        __defaults: ["ip", "protocol"],
        internal: 80,
        external: 8080,
        ip: "0.0.0.0",
        protocol: "tcp",
      },
    ]);
    assert.deepEqual(inputs.healthcheck, {
      __defaults: ["interval", "startInterval", "startPeriod", "timeout"],
      tests: ["CMD", "true"],
      interval: "0s",
      startInterval: "0s",
      startPeriod: "0s",
      timeout: "0s",
    });
    assert.equal(inputs.memory, 64);
    assert.equal(inputs.name, "vol-80e5d60");
  });

  it("keeps an automatic name, also when a refresh lost the list of defaults", async () => {
    const recorded: Json[] = [{ name: "old-1", __defaults: ["name"] }, { name: "old-1" }];
    for (const olds of recorded) {
      const { inputs } = await provider.check({ type, olds, news: { image: "a" } });
      assert.equal(inputs.name, "old-1");
    }
    const olds = { name: "given", __defaults: [] };
    const { inputs } = await provider.check({ type, olds, news: { image: "a" }, randomSeed: seed });
    assert.notEqual(inputs.name, "given");
  });

  it("names every input that is wrong, at once", async () => {
    const wrong = await reasons({
      memory: -1,
      cpuset: "0",
      ports: [{ internal: 70000 }, { external: 1 }],
      restart: "sometimes",
      healthcheck: { interval: "soon" },
      uploads: [{ file: "/a" }, { file: "/b", content: "x", source: "y" }],
      volumes: [{ volumeName: "v" }, { hostPath: "./here", containerPath: "/x" }],
      envs: "A=1",
      gpus: "all",
      command: ["sh", ""],
      labels: [{ label: "a" }],
    });
    assert.deepEqual(Object.keys(wrong).sort(), [
      "command[1]",
      "cpuset",
      "envs",
      "gpus",
      "healthcheck.interval",
      "image",
      "labels[0].value",
      "memory",
      "ports[0].internal",
      "ports[1].internal",
      "restart",
      "uploads[0]",
      "uploads[1]",
      "volumes[0]",
      "volumes[1].hostPath",
    ]);
    assert.match(wrong.gpus ?? "", /not supported by the embedded docker plugin/);
    assert.match(
      wrong.restart ?? "",
      /one of no, on-failure, always, unless-stopped, not "sometimes"/,
    );
  });

  it("shows no secret in what is wrong", async () => {
    const wrong = await reasons({ image: "a", restart: secret("hunter22") });
    assert.match(wrong.restart ?? "", /\[secret\]/);
    assert.ok(!JSON.stringify(wrong).includes("hunter22"));
  });

  it("lets unknown values pass, and keeps secrets secret", async () => {
    const { inputs, failures } = await check({
      image: unknownString,
      envs: ["A=1", secret("B=2")],
      uploads: [{ file: "/a", content: unknownString }],
    });
    assert.deepEqual(failures, []);
    assert.deepEqual(inputs.envs, secret(["A=1", "B=2"]));
  });

  it("does not serve what it cannot: BuildKit, built remote images, cluster volumes", async () => {
    const image = "docker:index/image:Image";
    const build = { builderVersion: "BuilderBuildKit" };
    const wrong = await reasons({ imageName: "a", skipPush: true, build }, image);
    assert.match(wrong["build.builderVersion"] ?? "", /not supported/);
    const remote = await reasons({ name: "a", build: {} }, "docker:index/remoteImage:RemoteImage");
    assert.match(remote.build ?? "", /docker\.Image/);
    const cluster = await reasons({ cluster: {} }, "docker:index/volume:Volume");
    assert.match(cluster.cluster ?? "", /Swarm/);
  });

  describe("on a difference", () => {
    const settled: Json = {
      image: "app:1",
      name: "a",
      envs: ["A=1", "B=2"],
      command: ["a", "b", "c"],
      labels: [],
      volumes: [],
      memory: 128,
      memorySwap: 256,
      mustRun: true,
      restart: "no",
      networkMode: "bridge",
      removeVolumes: true,
      start: true,
      waitTimeout: 60,
      containerReadRefreshTimeoutMilliseconds: 15000,
      healthcheck: {
        interval: "1m0s",
        retries: 0,
        startInterval: "0s",
        startPeriod: "0s",
        tests: ["T"],
        timeout: "0s",
      },
      entrypoints: ["/entry"],
      user: "1000",
    };
    const program: Json = {
      image: "app:1",
      name: "a",
      envs: ["B=2", "A=1"],
      command: ["a", "b", "c"],
      memory: 128,
      healthcheck: { interval: "60s", tests: ["T"] },
      user: "1000",
    };
    const detailed = async (news: Json, olds: Json = {}): Promise<unknown> => {
      const whole = { ...program, ...news };
      const { inputs } = await check(
        Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null)),
      );
      const verdict = await provider.diff({ type, olds: { ...settled, ...olds }, news: inputs });
      return verdict.detailedDiff ?? {};
    };

    it("takes the same things said otherwise for the same", async () => {
      assert.deepEqual(await detailed({}), {});
      assert.deepEqual(
        await detailed({ user: null, envs: null, command: null, healthcheck: null }),
        {},
      );
      assert.deepEqual(await detailed({ cpus: "0.50" }, { cpus: "0.5" }), {});
      assert.deepEqual(
        await detailed({ tmpfs: {}, dns: [], privileged: false, domainname: "" }),
        {},
      );
    });

    it("tells changes of lists, sets and blocks apart", async () => {
      assert.deepEqual(await detailed({ command: ["a", "x", "c", "d"] }), {
        "command[1]": { kind: "UPDATE_REPLACE" },
        "command[3]": { kind: "ADD_REPLACE" },
      });
      assert.deepEqual(await detailed({ envs: ["A=1"] }), {
        "envs[1]": { kind: "DELETE_REPLACE" },
      });
      assert.deepEqual(await detailed({ labels: [{ label: "l", value: "v" }] }), {
        "labels[0]": { kind: "ADD_REPLACE" },
      });
      assert.deepEqual(await detailed({ volumes: [{ volumeName: "v", containerPath: "/v" }] }), {
        volumes: { kind: "UPDATE_REPLACE" },
      });
      assert.deepEqual(
        await detailed({ healthcheck: { tests: ["T"], interval: "60s", retries: 3 } }),
        {
          "healthcheck.retries": { kind: "UPDATE" },
        },
      );
      assert.deepEqual(await detailed({ memory: null }), { memory: { kind: "DELETE" } });
      assert.deepEqual(await detailed({ logOpts: { "max-size": "1m" } }), {
        logOpts: { kind: "ADD_REPLACE" },
      });
      assert.deepEqual(await detailed({ image: unknownString }), {
        image: { kind: "UPDATE_REPLACE" },
      });
    });

    it("keeps published ports that are only listed in another order", async () => {
      const ports = [
        { internal: 80, external: 8080, ip: "0.0.0.0", protocol: "tcp" },
        { internal: 53, external: 5353, ip: "0.0.0.0", protocol: "udp" },
      ];
      assert.deepEqual(await detailed({ ports: [...ports].reverse() }, { ports }), {});
      assert.deepEqual(
        await detailed({ ports: [{ internal: 80 }] }, { ports: [ports[0] ?? {}] }),
        {},
      );
    });

    it("deletes first what keeps a given name, and beside what has an automatic one", async () => {
      const of = "docker:index/network:Network";
      const verdict = async (news: Json): Promise<unknown> => {
        const { inputs } = await check(news, of);
        const olds = { ...inputs, internal: true, driver: "bridge" };
        return (await provider.diff({ type: of, olds, news: { ...inputs, internal: false } }))
          .deleteBeforeReplace;
      };
      assert.equal(await verdict({ name: "given" }), true);
      assert.equal(await verdict({}), undefined);
    });
  });

  it("says in a preview what will come out, and what only the update knows", async () => {
    const { inputs } = await check({ image: "app:1", envs: ["A=1"] });
    const { id, properties } = await provider.create({ type, properties: inputs, preview: true });
    assert.equal(id, "");
    assert.equal(properties.name, "vol-80e5d60");
    assert.deepEqual(properties.envs, ["A=1"]);
    assert.equal(properties.id, unknownString);
    assert.equal(properties.hostname, unknownString);
  });

  it("knows every input of the installed SDK, or says that it does not", async () => {
    // Newer than the plugin that was recorded, so there is nothing to be faithful to.
    const later = "deviceCgroupRules";
    assert.match((await reasons({ image: "a", [later]: ["x"] }))[later] ?? "", /no input/);
    const schemas: Record<string, ResourceSchema> = {
      container,
      network,
      remoteImage,
      tag,
      volume,
    };
    for (const [name, schema] of Object.entries(schemas)) {
      const source = readFileSync(require.resolve(`@pulumi/docker/${name}`), "utf8");
      const inputs = source.matchAll(/resourceInputs\["(\w+)"\] = args\?\./g);
      const named = [...inputs].flatMap(([, key]) =>
        key === undefined || key === later ? [] : [key],
      );
      assert.ok(named.length > 2, name);
      assert.deepEqual([...new Set(named)].sort(), inputsOf(schema.properties), name);
    }
  });

  it("reads and writes durations as Go does", () => {
    assert.equal(durationNanoseconds("1h2m3.5s"), 3723.5e9);
    assert.equal(durationNanoseconds("30"), undefined);
    assert.equal(formatDuration(90e9), "1m30s");
    assert.equal(formatDuration(3600e9), "1h0m0s");
    assert.equal(formatDuration(1.5e6), "1.5ms");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e14 }), (nanoseconds) => {
        assert.equal(durationNanoseconds(formatDuration(nanoseconds)), nanoseconds);
      }),
    );
  });
});

function inputsOf(block: Block): string[] {
  return Object.keys(block)
    .filter((key) => block[key]?.output === undefined)
    .sort();
}
