import assert from "node:assert/strict";
import { ConfigError, readConfig } from "../../src/config.js";

const GOOD = { DATABASE_URL: "postgres://u:hidden-pw@db:5432/shop" };

/** @param {Record<string, string>} env */
function mistakesOf(env) {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

describe("the settings", () => {
  it("need only the database, and have documented defaults", () => {
    const config = readConfig(GOOD);
    assert.deepEqual(
      [config.port, config.drainSeconds, config.drainListenSeconds, config.predictorTimeoutMs],
      [3000, 10, 1, 300],
    );
    assert.deepEqual(
      [config.redisUrl, config.predictorUrl, config.allowedOrigins],
      [undefined, undefined, []],
    );
  });

  it("take an empty variable for an absent one, and URLs without the slash at their end", () => {
    const config = readConfig({ ...GOOD, REDIS_URL: " ", PREDICTOR_URL: "http://predictor:5000/" });
    assert.deepEqual([config.redisUrl, config.predictorUrl], [undefined, "http://predictor:5000"]);
  });

  it("never listen longer than they drain", () => {
    assert.equal(readConfig({ ...GOOD, DRAIN_SECONDS: "0.5" }).drainListenSeconds, 0.5);
  });

  for (const [key, value, rule] of /** @type {[string, string, string][]} */ ([
    ["DATABASE_URL", "", "DATABASE_URL is missing"],
    [
      "DATABASE_URL",
      "mysql://u:hidden-pw@db/x",
      "must start with postgres:// or postgresql://, got mysql://",
    ],
    ["DATABASE_URL", "postgres://u:hidden-pw/@db/x", "a password in it must be percent-encoded"],
    ["PORT", "http", 'PORT must be a number from 1 to 65535, got "http"'],
    ["PORT", "80.5", "PORT must be a whole number, got 80.5"],
    ["REDIS_URL", "localhost:6379", "REDIS_URL"],
    ["PREDICTOR_URL", "ftp://predictor", "must start with http:// or https://, got ftp://"],
    ["PREDICTOR_TIMEOUT_MS", "0", "from 10 to 30000"],
    ["ALLOWED_ORIGINS", "http://a/path", 'got "http://a/path"'],
    ["DRAIN_LISTEN_SECONDS", "11", "DRAIN_LISTEN_SECONDS must be a number from 0 to 10"],
    ["DRAIN_SECONDS", "NaN", "DRAIN_SECONDS must be a number"],
    ["LOG_LEVEL", "loud", "LOG_LEVEL must be one of"],
  ])) {
    it(`refuse ${key}=${value} with the rule, and without a password`, () => {
      const mistakes = mistakesOf({ ...GOOD, [key]: value });
      assert.ok(
        mistakes.some((mistake) => mistake.includes(rule)),
        mistakes.join("\n"),
      );
      assert.ok(!mistakes.join().includes("hidden-pw"));
    });
  }

  it("report all mistakes together", () => {
    assert.equal(mistakesOf({ PORT: "x", LOG_LEVEL: "x", REDIS_URL: "x" }).length, 4);
  });
});
