import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import {
  createDatabase,
  docker,
  PASSWORD,
  query,
  remove,
  startRedis,
  until,
} from "../support/containers.js";
import { sharedPostgres } from "../support/shared.js";
import { runNode, startApi, startPredictor } from "../support/servers.js";
import { openLive } from "../support/live.js";

const MILK = { categoryId: "dairy", name: "Milk" };
const ORIGIN = "http://localhost:8080";

/** @typedef {Awaited<ReturnType<typeof startApi>>} Api */

describe("the API", function () {
  this.timeout(30_000);
  /** @type {import("../support/containers.js").Running} */
  let postgres;
  /** @type {import("../support/containers.js").Running} */
  let redis;
  /** @type {Awaited<ReturnType<typeof startPredictor>>} */
  let predictor;
  /** @type {Api} */
  let api;
  /** @type {Record<string, string>} */
  let env;

  before(async () => {
    predictor = await startPredictor();
    postgres = await sharedPostgres();
    redis = await startRedis();
    env = {
      DATABASE_URL: await createDatabase(postgres),
      REDIS_URL: redis.url,
      PREDICTOR_URL: predictor.url,
      ALLOWED_ORIGINS: ORIGIN,
      LANDFALL_REVISION: "r-42",
    };
    await runNode(["migrate.js"], env);
    api = await startApi(env);
  });
  beforeEach(async () => {
    predictor.answerAsUsual();
    await query(
      env.DATABASE_URL ?? "",
      "TRUNCATE purchases, last_purchases, idempotency_keys RESTART IDENTITY",
    );
  });
  after(async () => {
    await api?.stop();
    await predictor?.stop();
    await remove(redis);
  });

  describe("probes", () => {
    it("tells its version, revision and host", async () => {
      const { body } = await api.get("/api/version");
      assert.equal(body.version, "1.0.0");
      assert.equal(body.revision, "r-42");
      assert.ok(body.hostname.length > 0);
    });

    it("is healthy with all dependencies up", async () => {
      const { status, body } = await api.get("/api/health");
      assert.equal(status, 200);
      assert.equal(body.status, "OK");
      assert.deepEqual(body.dependencies, { database: "up", redis: "up", predictor: "up" });
    });

    it("is not ready before the schema is migrated, and is as soon as it is", async () => {
      const unmigrated = { ...env, DATABASE_URL: await createDatabase(postgres) };
      const other = await startApi(unmigrated, { waitFor: "/api/version" });
      try {
        const { status, body } = await other.get("/ready");
        assert.equal(status, 503);
        assert.equal(body.message, "The schema is at 0000, this version needs 0003");
        assert.equal((await other.get("/api/health")).body.dependencies.database, "not_migrated");
        await runNode(["migrate.js"], unmigrated);
        await until("ready", async () => (await other.get("/ready")).status === 200, 2000);
      } finally {
        await other.stop();
      }
    });

    it("starts without a database and says that it is not ready", async () => {
      const DATABASE_URL = "postgres://u:hidden-pw@127.0.0.1:9/x";
      const other = await startApi({ DATABASE_URL }, { waitFor: "/api/version" });
      try {
        assert.equal((await other.get("/ready")).status, 503);
        const { status, headers, body } = await other.post(MILK);
        assert.deepEqual(
          [status, body.error, headers.get("retry-after")],
          [503, "database_unavailable", "1"],
        );
        assert.equal((await other.get("/api/health")).body.status, "DEGRADED");
        assert.ok(!other.output().includes("hidden-pw"), other.output());
      } finally {
        await other.stop();
      }
    });
  });

  describe("purchases", () => {
    it("are entered and listed, newest first, page by page", async () => {
      for (const name of ["Milk", "Butter", "牛乳 🥛"]) {
        const { status, body } = await api.post({ categoryId: "dairy", name });
        assert.equal(status, 201);
        assert.deepEqual([body.name, body.quantity, typeof body.id], [name, 1, "number"]);
        assert.match(body.purchasedAt, /^\d{4}-.*Z$/);
      }
      const first = (await api.get("/api/purchases?limit=2")).body;
      assert.deepEqual(
        first.purchases.map((/** @type {any} */ p) => p.name),
        ["牛乳 🥛", "Butter"],
      );
      const second = (await api.get(`/api/purchases?limit=2&before=${first.next}`)).body;
      assert.deepEqual(
        second.purchases.map((/** @type {any} */ p) => p.name),
        ["Milk"],
      );
      assert.equal(second.next, null);
      assert.equal((await api.get("/api/purchases?categoryId=bread")).body.purchases.length, 0);
    });

    for (const [what, body, path, part] of /** @type {[string, unknown, string, string][]} */ ([
      ["no category", { name: "x" }, "categoryId", "categoryId is missing"],
      ["an empty category", { ...MILK, categoryId: "" }, "categoryId", 'got ""'],
      [
        "a category with a line break",
        { ...MILK, categoryId: "a\nb" },
        "categoryId",
        "must be letters",
      ],
      [
        "a category of 65 letters",
        { ...MILK, categoryId: "x".repeat(65) },
        "categoryId",
        "64 characters",
      ],
      ["a number as name", { ...MILK, name: 7 }, "name", "must be string, got 7"],
      ["a zero byte in the name", { ...MILK, name: "a\u0000b" }, "name", "printable"],
      ["half a letter in the name", { ...MILK, name: "a\ud800" }, "name", "printable"],
      ["a blank name", { ...MILK, name: "  " }, "name", "printable"],
      ["a quantity of nothing", { ...MILK, quantity: 0 }, "quantity", "must be >= 1, got 0"],
      ["a broken quantity", { ...MILK, quantity: 1.5 }, "quantity", "must be integer, got 1.5"],
      ["a quantity as text", { ...MILK, quantity: "2" }, "quantity", 'must be integer, got "2"'],
      [
        "a date that is none",
        { ...MILK, purchasedAt: "yesterday" },
        "purchasedAt",
        'got "yesterday"',
      ],
      [
        "a date in the future",
        { ...MILK, purchasedAt: "2999-01-01T00:00:00Z" },
        "purchasedAt",
        "3650 days",
      ],
      ["a field nobody knows", { ...MILK, prise: 3 }, "prise", "prise is not known"],
      ["a list", [], "body", "body must be object, got []"],
    ])) {
      it(`refuse ${what} with its name and value`, async () => {
        const answer = await api.post(body);
        assert.equal(answer.status, 400, JSON.stringify(answer.body));
        assert.equal(answer.body.problems[0].path, path);
        assert.ok(answer.body.message.includes(part), answer.body.message);
      });
    }

    it("report all mistakes of a body together", async () => {
      const { body } = await api.post({ categoryId: "", quantity: -1 });
      assert.deepEqual(body.problems.map((/** @type {any} */ p) => p.path).sort(), [
        "categoryId",
        "name",
        "quantity",
      ]);
    });

    it("refuse a body that is no JSON, too large, or of another type", async () => {
      assert.equal((await api.post("{")).status, 400);
      assert.equal((await api.post({ ...MILK, name: "x".repeat(70_000) })).status, 413);
      assert.equal((await api.post("x", { "content-type": "text/csv" })).status, 415);
    });

    it("refuse a query that is wrong", async () => {
      for (const search of ["limit=0", "limit=201", "limit=x", "before=-1", "page=2"]) {
        assert.equal((await api.get(`/api/purchases?${search}`)).status, 400, search);
      }
    });

    it("are entered once for one key, however often and however fast it is repeated", async () => {
      const headers = { "idempotency-key": "order-1" };
      const answers = await Promise.all(Array.from({ length: 10 }, () => api.post(MILK, headers)));
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
      assert.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
      assert.equal(
        answers.filter(({ headers: h }) => h.get("idempotent-replay") === "true").length,
        9,
      );
      assert.equal((await api.get("/api/purchases")).body.purchases.length, 1);
    });

    it("refuse a key that belongs to another request, and one that is no key", async () => {
      const headers = { "idempotency-key": "order-2" };
      await api.post(MILK, headers);
      const other = await api.post({ ...MILK, quantity: 2 }, headers);
      assert.deepEqual([other.status, other.body.error], [422, "idempotency_key_reused"]);
      assert.equal((await api.post(MILK, { "idempotency-key": "x".repeat(129) })).status, 400);
    });

    it("move the last purchase of a category forward only", async () => {
      await api.post({ ...MILK, purchasedAt: "2026-01-05T00:00:00Z" });
      await api.post({ ...MILK, purchasedAt: "2026-01-02T00:00:00Z" });
      const { body } = await api.get("/api/predictions");
      assert.equal(body.predictions[0].lastPurchasedAt, "2026-01-05T00:00:00.000Z");
    });
  });

  describe("predictions", () => {
    const daysAgo = (/** @type {number} */ days) =>
      new Date(Date.now() - days * 86_400_000 - 60_000).toISOString();

    it("come from the predictor first and from the cache next", async () => {
      await api.post({ ...MILK, purchasedAt: daysAgo(3) });
      await api.post({ categoryId: "bread", name: "Toast", purchasedAt: daysAgo(1) });
      predictor.answerWith((items) => ({
        body: { predictions: items.map((_, i) => ({ probability: i / 4 })) },
      }));
      const calls = predictor.calls();
      const first = (await api.get("/api/predictions")).body;
      assert.deepEqual([first.degraded, first.source], [false, "predictor"]);
      assert.deepEqual(
        first.predictions.map((/** @type {any} */ p) => [
          p.categoryId,
          p.daysSinceLastPurchase,
          p.probability,
        ]),
        [
          ["bread", 1, 0],
          ["dairy", 3, 0.25],
        ],
      );
      const second = (await api.get("/api/predictions")).body;
      assert.equal(second.source, "cache");
      assert.deepEqual(second.predictions, first.predictions);
      assert.equal(predictor.calls(), calls + 1);
    });

    it("never meet an old answer after a new purchase", async () => {
      await api.post({ ...MILK, purchasedAt: daysAgo(300) });
      await api.get("/api/predictions");
      await api.post(MILK);
      assert.equal((await api.get("/api/predictions")).body.source, "predictor");
    });

    for (const [what, answer, reason] of /** @type {[string, any, string][]} */ ([
      ["is too slow", { body: {}, delayMs: 2000 }, "predictor_timeout"],
      ["hangs up", { hangUp: true }, "predictor_unreachable"],
      ["answers 500", { status: 500, body: {} }, "predictor_error"],
      ["answers no JSON", { body: "<html>" }, "predictor_error"],
      ["answers too few", { body: { predictions: [] } }, "predictor_error"],
      ["answers nonsense", { body: { predictions: [{ probability: 7 }] } }, "predictor_error"],
    ])) {
      it(`are degraded when the predictor ${what}`, async () => {
        await api.post({ ...MILK, purchasedAt: daysAgo(500) });
        predictor.answerWith(() => answer);
        const started = Date.now();
        const { status, body } = await api.get("/api/predictions");
        assert.ok(Date.now() - started < 1000);
        assert.deepEqual([status, body.degraded, body.reason], [200, true, reason]);
        assert.deepEqual(
          body.predictions.map((/** @type {any} */ p) => [
            p.categoryId,
            p.daysSinceLastPurchase,
            p.probability,
          ]),
          [["dairy", 500, null]],
        );
      });
    }

    it("are degraded while the predictor is gone, and whole when it is back", async () => {
      await api.post({ ...MILK, purchasedAt: daysAgo(700) });
      await predictor.stop();
      assert.equal((await api.get("/api/predictions")).body.reason, "predictor_unreachable");
      assert.equal((await api.get("/api/health")).body.dependencies.predictor, "down");
      await predictor.start();
      assert.equal((await api.get("/api/predictions")).body.degraded, false);
    });

    it("are switched off without PREDICTOR_URL, and the rest goes on", async () => {
      const other = await startApi({ ...env, PREDICTOR_URL: "" });
      try {
        await other.post(MILK);
        const { status, body } = await other.get("/api/predictions");
        assert.deepEqual([status, body.degraded, body.reason], [200, true, "predictor_disabled"]);
        const { body: health } = await other.get("/api/health");
        assert.deepEqual([health.status, health.dependencies.predictor], ["OK", "disabled"]);
      } finally {
        await other.stop();
      }
    });
  });

  describe("the export", () => {
    const lines = async (/** @type {Response} */ response) =>
      (await response.text())
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));

    it("has every purchase once, in order, and a last line with their number", async () => {
      await query(
        env.DATABASE_URL ?? "",
        "INSERT INTO purchases (category_id, name) SELECT 'dairy', 'Milk ' || n FROM generate_series(1, 1234) n",
      );
      const all = await lines(await fetch(`${api.url}/api/export`));
      assert.equal(all[0].type, "start");
      assert.deepEqual(
        all.slice(1, -1).map(({ id }) => id),
        Array.from({ length: 1234 }, (_, i) => i + 1),
      );
      assert.deepEqual(all.at(-1), { type: "end", rows: 1234 });
    });

    it("takes as long as it is told, up to ten seconds", async () => {
      const started = Date.now();
      const all = await lines(await fetch(`${api.url}/api/export?delayMs=500`));
      assert.deepEqual(all.at(-1), { type: "end", rows: 0 });
      assert.ok(Date.now() - started >= 495 && Date.now() - started < 1500);
      assert.equal((await api.get("/api/export?delayMs=10001")).status, 400);
    });
  });

  describe("the live feed", () => {
    it("greets, echoes, pings each second and tells of new purchases of any replica", async () => {
      const other = await startApi(env);
      const live = await openLive(other.url);
      try {
        assert.equal((await live.next("hello")).revision, "r-42");
        live.send("are you there?");
        assert.equal((await live.next("echo")).data, "are you there?");
        const first = await live.next("ping");
        assert.equal((await live.next("ping")).sequence, first.sequence + 1);
        const { body } = await api.post(MILK);
        assert.deepEqual((await live.next("purchase")).purchase, body);
      } finally {
        live.close();
        await other.stop();
      }
    });

    it("refuses pages of other origins, messages that are too long, and plain requests", async () => {
      await assert.rejects(openLive(api.url, { origin: "http://elsewhere.example" }), /403/);
      const live = await openLive(api.url, { origin: ORIGIN });
      live.send("x".repeat(5000));
      assert.equal(await live.closed, 1009);
      assert.equal((await fetch(`${api.url}/api/live`)).status, 404);
    });

    it("comes back with the database and tells its clients to read again", async () => {
      const live = await openLive(api.url);
      await query(
        postgres.url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'api live feed'",
      );
      await live.next("resync");
      const { body } = await api.post(MILK);
      assert.equal((await live.next("purchase")).purchase.id, body.id);
      live.close();
    });
  });

  describe("browsers", () => {
    it("are let in from the allowed origins only", async () => {
      const preflight = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "idempotency-key",
      };
      const ask = (/** @type {string} */ origin) =>
        fetch(`${api.url}/api/purchases`, { method: "OPTIONS", headers: { origin, ...preflight } });
      const allowed = await ask(ORIGIN);
      assert.equal(allowed.status, 204);
      assert.equal(allowed.headers.get("access-control-allow-origin"), ORIGIN);
      assert.match(allowed.headers.get("access-control-allow-headers") ?? "", /idempotency-key/);
      assert.equal(
        (await ask("http://elsewhere.example")).headers.get("access-control-allow-origin"),
        null,
      );
    });
  });

  describe("when a dependency restarts", () => {
    it("goes on without Redis, and uses it again when it is back", async () => {
      await api.post(MILK);
      await docker("stop", redis);
      const { status, body } = await api.get("/api/predictions");
      assert.deepEqual([status, body.degraded, body.source], [200, false, "predictor"]);
      assert.equal((await api.get("/api/health")).body.dependencies.redis, "down");
      assert.equal((await api.get("/ready")).status, 200);
      await docker("start", redis);
      await until("answers come from the cache", async () => {
        return (await api.get("/api/predictions")).body.source === "cache";
      });
    });

    it("is not ready without Postgres, does not crash, and comes back by itself", async () => {
      await docker("stop", postgres);
      await until("not ready", async () => (await api.get("/ready")).status === 503, 5000);
      assert.equal((await api.get("/api/purchases")).status, 503);
      assert.equal((await api.get("/api/health")).body.dependencies.database, "down");
      await docker("start", postgres);
      await until("ready", async () => (await api.get("/ready")).status === 200);
      assert.equal((await api.post(MILK)).status, 201);
    });
  });

  describe("its log", () => {
    it("has no password in all of this, and no successful probe", async () => {
      await sleep(100);
      const output = api.output();
      assert.ok(output.includes('"status":201'));
      for (const form of [
        PASSWORD,
        encodeURIComponent(PASSWORD),
        Buffer.from(PASSWORD).toString("base64"),
      ]) {
        assert.ok(!output.includes(form));
      }
      assert.ok(!/"path":"\/ready","status":200/.test(output));
    });
  });
});
