import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { valueOf } from "../../support/mocks";
import { ROOT, runProgram } from "../../support/program";

interface Status {
  readonly revision: string;
  readonly replicas: number;
}

describe("the program", () => {
  it("stays under 60 lines", () => {
    const lines = fs.readFileSync(path.join(ROOT, "index.ts"), "utf8").trimEnd().split("\n");
    assert.ok(lines.length < 60, `${lines.length} lines`);
  });

  it("composes web, API, predictor, Postgres, Redis and the migration", async () => {
    const { seen, outputs } = await runProgram("dev");
    const components = seen.all
      .filter(({ type }) => type.startsWith("landfall:"))
      .map(({ type, name }) => `${type.split(":")[2] ?? ""} ${name}`);
    assert.deepEqual(components.sort(), [
      "ApiService api",
      "Environment shop",
      "ManagedPostgres db",
      "MigrationJob migrate",
      "PredictorService predictor",
      "RedisCache cache",
      "WebFrontend web",
    ]);
    assert.equal(await valueOf(outputs["webUrl"]), "http://127.0.0.1:8080");
    assert.equal(await valueOf(outputs["apiUrl"]), "http://127.0.0.1:3000");
    assert.deepEqual(outputs["secretNames"], ["DATABASE_URL", "REDIS_URL"]);
    assert.match(String(outputs["migrationHead"]), /^\d{4}_/);
    const absent = Object.entries(outputs).flatMap(([name, value]) =>
      value === undefined ? [name] : [],
    );
    assert.deepEqual(absent, [], "the SDK warns of an output that is undefined, with every update");
  });

  it("tells of every service its image, digest, revision, replicas and health path", async () => {
    const { outputs } = await runProgram("dev");
    const services = (await valueOf(outputs["services"])) as Record<
      string,
      Record<string, unknown>
    >;
    assert.deepEqual(Object.keys(services), ["web", "api", "predictor"]);
    for (const status of Object.values(services)) {
      assert.match(String(status["image"]), /^landfall-dev\/\w+:[0-9a-f]{12}$/);
      assert.match(String(status["digest"]), /^sha256:[0-9a-f]{64}$/);
      assert.match(String(status["revision"]), /^[0-9a-f]{8}$/);
      assert.equal(status["replicas"], 1);
      assert.match(String(status["healthPath"]), /^\//);
    }
  });

  it("migrates with the API's own image, and before the API", async () => {
    const { seen } = await runProgram("dev");
    assert.equal(seen.ofType("docker:index/image:Image").length, 3);
    const names = seen.all.map(({ name }) => name);
    const firstApi = names.findIndex((name) => /^api-\w{8}-0$/.test(name));
    assert.ok(names.indexOf("migrate-task") < firstApi);
  });

  it("switches the predictor off and on without touching anything else", async () => {
    const withPredictor = await runProgram("dev");
    const without = await runProgram("dev", { "landfall:predictorEnabled": false });
    const rest = ({ seen }: typeof without) =>
      seen.all
        .filter(({ name }) => !name.startsWith("predictor-"))
        .map((resource) => JSON.stringify(resource))
        .sort();
    assert.deepEqual(rest(without), rest(withPredictor));
    const statuses = async ({ outputs }: typeof without) =>
      (await valueOf(outputs["services"])) as Record<string, Status>;
    const on = await statuses(withPredictor);
    const off = await statuses(without);
    assert.equal(on["predictor"]?.replicas, 1);
    assert.equal(off["predictor"]?.replicas, 0);
    assert.equal(off["api"]?.revision, on["api"]?.revision);
  });

  it("limits every service's memory and CPU as config says", async () => {
    const { seen } = await runProgram("dev", {
      ...{ "landfall:webMemory": "32MB", "landfall:webCpu": "0.25" },
      ...{ "landfall:apiCpu": "0.5", "landfall:predictorCpu": 2 },
    });
    const limits = (service: string) => {
      const name = new RegExp(`^${service}-\\w{8}-0$`);
      const { cpus, memory } = seen.all.find((each) => name.test(each.name))?.inputs ?? {};
      return { cpus, memory };
    };
    assert.deepEqual(limits("web"), { cpus: "0.25", memory: 32 });
    assert.deepEqual(limits("api"), { cpus: "0.5", memory: 256 });
    assert.deepEqual(limits("predictor"), { cpus: "2", memory: 256 });
  });

  it("runs what config pins instead of building it", async () => {
    const pin = `sha256:${"ef".repeat(32)}`;
    const { seen, outputs } = await runProgram("dev", { "landfall:images": { api: pin } });
    assert.equal(seen.ofType("docker:index/image:Image").length, 2);
    const services = (await valueOf(outputs["services"])) as Record<string, { digest: string }>;
    assert.equal(services["api"]?.digest, pin);
    assert.equal(seen.named("migrate-task").inputs["image"], pin);
  });

  for (const [stack, instanceClass, multiAz, mode] of [
    ["staging", "db.t3.micro", false, undefined],
    ["production", "db.r5.large", true, "enabled"],
  ] as const)
    it(`is for ${stack} on AWS what the document has: services on ECS, RDS and ElastiCache`, async () => {
      const { seen } = await runProgram(stack);
      assert.deepEqual(
        seen
          .ofType("aws:ecs/service:Service")
          .map(({ inputs }) => inputs["name"])
          .sort(),
        ["api", "predictor", "web"],
      );
      const database = seen.named("db-instance").inputs;
      assert.deepEqual([database["instanceClass"], database["multiAz"]], [instanceClass, multiAz]);
      assert.equal(seen.named("cache-nodes").inputs["clusterMode"], mode);
    }).timeout(30_000);
});
