import assert from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import {
  Archive,
  Asset,
  Secret,
  Unknown,
  automaticName,
  checkProperties,
  reveal,
} from "../../../toolchain/plugins/host";
import type { PropertyMap, PropertySpecs, PropertyValue } from "../../../toolchain/plugins/host";
import { decodeMap, encodeMap } from "../../../toolchain/plugins/host/wire";

const specs: PropertySpecs = {
  image: { type: "string", required: true },
  memory: { type: "integer" },
  cpus: { type: "number" },
  start: { type: "boolean", default: true },
  waitTimeout: { type: "integer", default: 60 },
  envs: { type: "list", items: { type: "string" } },
  labels: { type: "map", items: { type: "string" } },
  gpus: { type: "string", unsupported: "no device requests are made" },
  ports: {
    type: "list",
    items: {
      type: "object",
      properties: {
        internal: { type: "integer", required: true },
        protocol: { type: "string", default: "tcp" },
      },
    },
  },
};

describe("property values", () => {
  it("come back from the wire as they were", () => {
    fc.assert(
      fc.property(propertyMap(), (map) => {
        assert.deepEqual(decodeMap(encodeMap(map)), map);
      }),
    );
  });

  it("keep keys that every object inherits", () => {
    const map = { constructor: "a", toString: "b", hasOwnProperty: "c" };
    assert.deepEqual(decodeMap(encodeMap(map)), map);
  });

  it("never show a secret when printed", () => {
    const map = {
      list: [new Secret("hunter2")],
      inner: { password: new Secret({ a: "hunter2" }) },
    };
    for (const text of [inspect(map, { depth: 9 }), JSON.stringify(map), String(map.list[0])]) {
      assert.match(text, /secret/);
      assert.ok(!text.includes("hunter2"));
    }
    assert.deepEqual(reveal(map), { list: ["hunter2"], inner: { password: { a: "hunter2" } } });
  });
});

describe("checking properties", () => {
  it("records which defaults were taken, in every object", () => {
    const news: PropertyMap = {
      image: "i",
      ports: [{ internal: 80 }, { internal: 81, protocol: "udp" }],
      memory: null,
    };
    assert.deepEqual(checkProperties(specs, news, { recordDefaults: true }), {
      failures: [],
      inputs: {
        __defaults: ["start", "waitTimeout"],
        image: "i",
        start: true,
        waitTimeout: 60,
        ports: [
          { __defaults: ["protocol"], internal: 80, protocol: "tcp" },
          { __defaults: [], internal: 81, protocol: "udp" },
        ],
      },
    });
  });

  it("keeps a default that an earlier version took, and takes none where none are recorded", () => {
    const olds = { __defaults: ["waitTimeout"], waitTimeout: 30, start: false };
    const { inputs } = checkProperties(specs, { image: "i" }, { recordDefaults: true, olds });
    assert.deepEqual(inputs, {
      __defaults: ["start", "waitTimeout"],
      image: "i",
      start: true,
      waitTimeout: 30,
    });
    assert.deepEqual(checkProperties(specs, { image: "i" }, { olds }).inputs, { image: "i" });
  });

  it("looks into secrets and lets unknown values pass, at any depth", () => {
    const news = {
      image: new Secret("i"),
      memory: new Unknown(),
      envs: [new Unknown(), new Secret("a=b")],
      ports: new Secret([{ internal: "80" }]),
    };
    const { inputs, failures } = checkProperties(specs, news);
    assert.deepEqual(failures, [
      { property: "ports[0].internal", reason: "expected a whole number, got a string" },
    ]);
    assert.ok(inputs.image instanceof Secret && inputs.memory instanceof Unknown);
  });

  it("names every wrong property by its path, and never its value", () => {
    const news = {
      memory: 1.5,
      cpus: "hunter2",
      start: "hunter2",
      envs: ["a", 1, { b: "hunter2" }],
      labels: { "com.x": 5 },
      gpus: "all",
      ports: [{ protocol: "tcp", extern: 1 }, "hunter2"],
    };
    const { failures } = checkProperties(specs, news);
    assert.deepEqual(failures.map(({ property }) => property).sort(), [
      "cpus",
      "envs[1]",
      "envs[2]",
      "gpus",
      "image",
      'labels["com.x"]',
      "memory",
      "ports[0].extern",
      "ports[0].internal",
      "ports[1]",
      "start",
    ]);
    assert.ok(!JSON.stringify(failures).includes("hunter2"));
    assert.deepEqual(
      failures.find(({ property }) => property === "gpus")?.reason,
      "gpus is not supported: no device requests are made",
    );
  });

  it("holds no matter what it is given", () => {
    fc.assert(
      fc.property(propertyMap(), (news) => {
        const { inputs, failures } = checkProperties(specs, news, { recordDefaults: true });
        const wrong = Object.keys(news).filter((key) => !(key in specs) && news[key] !== null);
        for (const key of wrong.filter((key) => key !== "__defaults")) {
          assert.ok(failures.some(({ reason }) => reason.startsWith(`${key} is not supported`)));
        }
        assert.ok(Array.isArray(inputs.__defaults));
      }),
    );
  });
});

describe("automatic names", () => {
  const request = { name: "web", olds: {}, randomSeed: Buffer.from("seed") };

  it("follow from the seed, and are kept", () => {
    const { name } = automaticName(request);
    assert.match(name ?? "", /^web-[0-9a-f]{7}$/);
    assert.equal(automaticName(request).name, name);
    assert.notEqual(automaticName({ ...request, randomSeed: Buffer.from("other") }).name, name);
    const olds = { __defaults: ["name"], name: "web-1234567" };
    assert.equal(automaticName({ ...request, olds }).name, "web-1234567");
  });

  it("are made anew when the old name was the program's", () => {
    const olds = { __defaults: [], name: "chosen" };
    assert.notEqual(automaticName({ ...request, olds }).name, "chosen");
  });

  it("are made as the user configured", () => {
    const proposed = { mode: "propose", proposedName: "prod-web" } as const;
    assert.equal(automaticName({ ...request, autonaming: proposed }).name, "prod-web");
    const disabled = { mode: "disable", proposedName: "" } as const;
    assert.deepEqual(automaticName({ ...request, autonaming: disabled }).failure, {
      property: "name",
      reason: "automatic naming is switched off in the project, so name is required",
    });
  });
});

function propertyMap(): fc.Arbitrary<PropertyMap> {
  const text = fc.string({ maxLength: 8 });
  const key = fc.oneof(
    fc.constantFrom("image", "memory", "envs", "labels", "ports", "start"),
    text,
  );
  const { map } = fc.letrec<{ value: PropertyValue; map: PropertyMap }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constant(null),
      fc.boolean(),
      fc
        .double({ noNaN: true, noDefaultInfinity: true })
        .map((number) => (number === 0 ? 0 : number)),
      text,
      fc.constant(new Unknown()),
      text.map((content) => new Asset({ text: content, hash: "h" })),
      fc.constant(new Archive({ path: "./a.zip", assets: { a: new Asset({ path: "/a" }) } })),
      fc.array(tie("value"), { maxLength: 3 }),
      tie("map"),
      tie("value").map((value) => new Secret(value)),
    ),
    map: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  }));
  return map;
}
