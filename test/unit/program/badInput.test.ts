import assert from "node:assert/strict";
import {
  ApiService,
  Environment,
  ManagedPostgres,
  MigrationJob,
  PredictorService,
  RedisCache,
  WebFrontend,
} from "../../../components";
import { mockEngine } from "../../support/mocks";
import { configOf, loadProgram } from "../../support/program";

/** Values that no type would let through: what a JSON file or plain JavaScript can hand over. */
const untyped = (value: unknown) => value as never;

describe("a wrong config", () => {
  const cases: readonly (readonly [key: string, value: unknown, rule: RegExp])[] = [
    ["platform", "gcp", /must be one of: docker, aws, got "gcp"/],
    ["platform", "fly", /comes with a later version/],
    ["platform", "", /must be one of/],
    ["images", "api", /must map image names to image references/],
    ["images", { api: "Not An Image" }, /images\.api: must be an image reference/],
    ["images", { api: 3 }, /must map image names/],
    ["images", '["a"]', /must map|expected record/i],
    ["rebuild", "web", /must be JSON/],
    ["rebuild", { web: { build: ["a"] } }, /rebuild\.web: Unrecognized key|must hold/i],
    ["rebuild", { web: { ignore: "a" } }, /rebuild\.web\.ignore: must be a list of patterns/],
    ["bindAddress", "localhost", /must be an IPv4 address/],
    ["bindAddress", "300.0.0.1", /must be an IPv4 address/],
    ["subnet", "10.0.0.0/16", /must be a private \/24/],
    ["subnet", "8.8.8.0/24", /must be a private \/24/],
    ["subnet", "10.0.300.0/24", /must be a private \/24/],
    ["webPort", 0, /from 1 to 65535/],
    ["webPort", 70000, /from 1 to 65535/],
    ["webPort", "http", /from 1 to 65535/],
    ["webPort", 3000, /must differ from landfall:webPort/],
    ["apiPort", -1, /from 0 to 65535/],
    ["apiPort", 80.5, /from 0 to 65535/],
    ["webReplicas", 17, /from 0 to 16/],
    ["apiReplicas", -1, /from 0 to 16/],
    ["apiReplicas", "many", /from 0 to 16/],
    ["apiMemory", "512", /must be a size/],
    ["apiMemory", "1MB", /resources\.memory: must be a size from "16MB"/],
    ["apiCpu", "half", /number of vCPUs/],
    ["apiCpu", "0.001", /from 0.01 to 256/],
    ["webMemory", "64", /must be a size/],
    ["webMemory", "8MB", /resources\.memory: must be a size from "16MB"/],
    ["webCpu", "-1", /number of vCPUs/],
    ["webCpu", 0, /from 0.01 to 256/],
    ["predictorCpu", "1 vCPU", /number of vCPUs/],
    ["predictorCpu", 257, /from 0.01 to 256/],
    ["predictorEnabled", "yes", /must be true or false/],
    ["predictorReplicas", 1.5, /from 0 to 16/],
    ["predictorMemory", "2TB", /must be a size/],
    ["predictorModel", "", /must name a file/],
    ["predictorModel", "no/such/file.json", /model\.file: must be a readable file \(ENOENT\)/],
    ["predictorModel", "apps/predictor/Dockerfile.json", /readable file/],
    ["predictorModelSha256", "abc", /must be 64 hex digits/],
    ["predictorModelSha256", "0".repeat(64), /must have the SHA-256 0{64}/],
    ["drain", "30", /must be a duration/],
    ["drain", "2h", /from "0s" to "1h"/],
    ["logLevel", "loud", /must be one of: debug, info, warn, error/],
    ["databaseVersion", "9", /must be one of: 14, 15, 16, 17/],
    ["databaseMemory", "64MB", /memory: must be a size from "128MB"/],
    ["databasePasswordVersion", "", /must not be empty/],
    ["cacheMemory", "lots", /must be a size/],
    ["deletionProtection", 1, /must be true or false/],
    ["apiMaxReplicas", "lots", /from 0 to 256/],
    ["databaseMultiAz", "yes", /must be true or false/],
    ["cacheShards", 501, /from 0 to 500/],
    ["cacheReplicas", 6, /from 0 to 5/],
    ["awsAccountId", "production", /must be 12 digits/],
    ["natGateways", "two", /must be one of: single, perZone/],
    ["vpnGateway", "", /must be true or false/],
    ["cdn", "no", /must be true or false/],
    ["logRetentionDays", 0, /from 1 to 3653/],
    ["alertEmails", "ops@example.com", /must be a list of addresses/],
    ["alertEmails", [3], /must be a list of addresses/],
    ["apiReplcas", 2, /is not a key of this program/],
  ];

  for (const [key, value, rule] of cases)
    it(`landfall:${key} = ${JSON.stringify(value)} is refused by name`, async () => {
      await mockEngine({ project: "landfall", stack: "dev" });
      assert.throws(
        () => loadProgram(configOf("dev", { [`landfall:${key}`]: value })),
        (error: Error) => {
          assert.match(error.message, rule);
          assert.ok(namesKey(error.message, key), error.message);
          return true;
        },
      );
    });

  it("is reported whole: every wrong key in one error", async () => {
    await mockEngine({ project: "landfall", stack: "dev" });
    const wrong = { "landfall:webPort": 0, "landfall:drain": "x", "landfall:logLevel": "loud" };
    assert.throws(
      () => loadProgram(configOf("dev", wrong)),
      /3 problems[^]*webPort[^]*drain[^]*logLevel/,
    );
  });

  it("names a key that is missing altogether", async () => {
    await mockEngine({ project: "landfall", stack: "dev" });
    const config = configOf("dev", { "landfall:webPort": undefined });
    assert.throws(() => loadProgram(config), /landfall:webPort: is missing/);
  });
});

/** A component's own error names its argument, which the case's rule asks for. */
function namesKey(message: string, key: string): boolean {
  return !message.startsWith("stack config") || message.includes(`landfall:${key}`);
}

describe("wrong arguments", () => {
  let environment: Environment;
  const image = { ref: "shop/api:1" };
  beforeEach(async () => {
    await mockEngine();
    environment = new Environment("shop", { docker: { publicPorts: [3000] } });
  });

  const cases: readonly (readonly [what: string, rule: RegExp, make: () => unknown])[] = [
    ["name with capitals", /name: must be 2 to 24/, () => api({}, "Api")],
    ["name of one letter", /name: must be 2 to 24/, () => api({}, "a")],
    [
      "image reference",
      /image\.ref: must be an image/,
      () => api({ image: { ref: "UPPER/Case" } }),
    ],
    [
      "build context",
      /image\.build\.context: must be a folder/,
      () => api({ image: { build: { context: "nowhere" } } }),
    ],
    [
      "Dockerfile",
      /image\.build\.dockerfile: must be a file/,
      () => api({ image: { build: { context: "docs", dockerfile: "none" } } }),
    ],
    ["port", /port: must be a port/, () => api({ port: 99_999 })],
    [
      "replicas",
      /replicas: must be a whole number from 0 to 16, got 1.5/,
      () => api({ replicas: 1.5 }),
    ],
    ["replicas that are not a number", /replicas: .*got NaN/, () => api({ replicas: NaN })],
    ["variable name", /env\.A-B: must be a name/, () => api({ env: { "A-B": "1" } })],
    [
      "reserved variable",
      /env\.PORT: is given by the component already/,
      () => api({ env: { PORT: "1" } }),
    ],
    [
      "variable given twice",
      /secrets\.TOKEN: is given by env already/,
      () => api({ env: { TOKEN: "a" }, secrets: { TOKEN: "b" } }),
    ],
    [
      "variable of a link",
      /env\.DATABASE_URL: is given by links/,
      () =>
        api({ links: [new ManagedPostgres("db", { environment })], env: { DATABASE_URL: "x" } }),
    ],
    [
      "public port",
      /exposure\.public\.port: must be one of the environment's public ports \(3000\), got 80/,
      () => api({ exposure: { public: { port: 80 } } }),
    ],
    [
      "path prefix",
      /exposure\.public\.pathPrefix: must be a path/,
      () => api({ exposure: { public: { port: 3000, pathPrefix: "api" } } }),
    ],
    [
      "public host",
      /exposure\.public\.hosts\[0\]: must be a host name/,
      () => api({ exposure: { public: { port: 3000, hosts: ["a b"] } } }),
    ],
    [
      "health path",
      /health\.path: must be an absolute HTTP path/,
      () => api({ health: { path: "/x;rm -rf" } }),
    ],
    [
      "readiness path",
      /health\.readiness\.path/,
      () => api({ health: { readiness: { path: "ready" } } }),
    ],
    [
      "health interval",
      /health\.interval: must be a duration/,
      () => api({ health: { interval: untyped("often") } }),
    ],
    [
      "health retries",
      /health\.retries: must be a whole number/,
      () => api({ health: { retries: 0 } }),
    ],
    [
      "readiness deadline",
      /health\.readiness\.deadline/,
      () => api({ health: { readiness: { deadline: "2h" } } }),
    ],
    [
      "memory",
      /resources\.memory: must be a size/,
      () => api({ resources: { memory: untyped(512) } }),
    ],
    ["cpu", /resources\.cpu: must be a number of vCPUs/, () => api({ resources: { cpu: -1 } })],
    ["restart policy", /restart: must be one of/, () => api({ restart: untyped("sometimes") })],
    [
      "log size",
      /logs\.maxSize/,
      () => api({ logs: { maxSize: "1GB".replace("GB", "KB") as never } }),
    ],
    [
      "response time-out",
      /responseTimeout: must be a duration/,
      () => api({ responseTimeout: "0s" }),
    ],
    ["port that the router uses", /port: must not be 23000/, () => api({ port: 23_000 })],
    [
      "public predictor",
      /exposure: must be "internal": a PredictorService is never published/,
      () =>
        new PredictorService(
          "predictor",
          untyped({ environment, image, exposure: { public: { port: 3000 } } }),
        ),
    ],
    [
      "metrics path",
      /metricsPath: must be an absolute/,
      () => new PredictorService("predictor", { environment, image, metricsPath: "metrics" }),
    ],
    [
      "model folder",
      /model\.folder: must be an absolute path/,
      () =>
        new PredictorService("predictor", {
          environment,
          image,
          model: { file: "package.json", folder: "../x" },
        }),
    ],
    [
      "web root",
      /root: must be an absolute path/,
      () => new WebFrontend("web", { environment, image, root: "html; evil" }),
    ],
    [
      "immutable folder",
      /immutableFolders\[0\]: must be a folder/,
      () => new WebFrontend("web", { environment, image, immutableFolders: ["a b"] }),
    ],
    [
      "origin",
      /connectTo\[0\]: must be an origin/,
      () => new WebFrontend("web", { environment, image, connectTo: ["example"] }),
    ],
    [
      "database name",
      /database: must be 1 to 63/,
      () => new ManagedPostgres("db", { environment, database: "My-DB" }),
    ],
    [
      "superuser",
      /user: must not be the superuser/,
      () => new ManagedPostgres("db", { environment, user: "postgres" }),
    ],
    [
      "connections",
      /maxConnections: must be a whole number/,
      () => new ManagedPostgres("db", { environment, maxConnections: 1 }),
    ],
    [
      "server setting",
      /settings\.a b: must be the name/,
      () => new ManagedPostgres("db", { environment, settings: { "a b": "1" } }),
    ],
    [
      "database version",
      /version: must be one of/,
      () => new ManagedPostgres("db", { environment, version: untyped("8") }),
    ],
    [
      "eviction policy",
      /evictionPolicy: must be one of/,
      () => new RedisCache("cache", { environment, evictionPolicy: untyped("lru") }),
    ],
    [
      "save point",
      /savePoints\[0\]: must be seconds/,
      () => new RedisCache("cache", { environment, savePoints: [[0, 1]] }),
    ],
    [
      "cache memory",
      /maxMemory: must be a size/,
      () => new RedisCache("cache", { environment, maxMemory: "1MB" }),
    ],
    [
      "empty command",
      /command: must not be empty/,
      () => new MigrationJob("migrate", { environment, image, command: [], head: "1" }),
    ],
    [
      "head",
      /head: must be the name/,
      () => new MigrationJob("migrate", { environment, image, command: ["x"], head: "a b" }),
    ],
    [
      "environment's ports",
      /docker\.publicPorts\[0\]: must be a port/,
      () => new Environment("qa", { docker: { publicPorts: [0] } }),
    ],
    [
      "port twice",
      /must not name a port twice/,
      () => new Environment("qa", { docker: { publicPorts: [80, 80] } }),
    ],
    [
      "platform",
      /platform: must be one of: docker, aws, got "k8s"/,
      () => new Environment("qa", { platform: untyped("k8s") }),
    ],
  ];

  function api(args: Partial<ConstructorParameters<typeof ApiService>[1]>, name = "api") {
    return new ApiService(name, { environment, image, ...args });
  }

  for (const [what, rule, make] of cases)
    it(`are refused by name: ${what}`, () => {
      assert.throws(make, (error: Error) => {
        assert.equal(error.name, "InvalidArgumentsError");
        assert.match(error.message, rule);
        return true;
      });
    });

  it("are reported whole, and never show a secret", () => {
    assert.throws(
      () => api({ port: 0, replicas: -1, secrets: { "bad name": "hunter2" } }),
      (error: Error) => {
        assert.match(error.message, /ApiService "api": 3 problems/);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  });
});
