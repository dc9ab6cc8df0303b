import assert from "node:assert/strict";
import { readConfig } from "../../src/config.js";
import { connectionTo } from "../../src/postgresTls.js";

const URL_OF = (/** @type {string} */ query) => `postgres://u:hidden-pw@db:5432/shop${query}`;
const BUNDLE = Buffer.from("-----BEGIN CERTIFICATE-----\n");

/** @param {string} query @param {Buffer} [databaseAuthorities] */
function tlsOf(query, databaseAuthorities) {
  const { ssl } = connectionTo({ databaseUrl: URL_OF(query), databaseAuthorities });
  if (ssl === false) return "none";
  const { rejectUnauthorized, ca, checkServerIdentity } = ssl;
  return {
    signed: rejectUnauthorized,
    bundle: ca === BUNDLE,
    host: rejectUnauthorized === true && checkServerIdentity === undefined,
  };
}

describe("TLS to the database", () => {
  const encrypted = { signed: false, bundle: false, host: false };
  for (const [query, bundle, wanted] of /** @type {[string, Buffer | undefined, unknown][]} */ ([
    ["", undefined, "none"],
    ["", BUNDLE, "none"],
    ["?sslmode=disable", BUNDLE, "none"],
    ["?sslmode=require", undefined, encrypted],
    ["?sslmode=require", BUNDLE, { signed: true, bundle: true, host: false }],
    ["?sslmode=verify-ca", undefined, { signed: true, bundle: false, host: false }],
    ["?sslmode=verify-ca", BUNDLE, { signed: true, bundle: true, host: false }],
    ["?sslmode=verify-full", undefined, { signed: true, bundle: false, host: true }],
    ["?sslmode=verify-full", BUNDLE, { signed: true, bundle: true, host: true }],
  ])) {
    it(`is for "${query}" with${bundle === undefined ? "out" : ""} a bundle what libpq takes it for`, () => {
      assert.deepEqual(tlsOf(query, bundle), wanted);
    });
  }

  it("is not said a second time by the URL that the driver is given", () => {
    const databaseUrl = URL_OF("?application_name=x&sslmode=require");
    assert.equal(connectionTo({ databaseUrl }).connectionString, URL_OF("?application_name=x"));
    assert.equal(connectionTo({ databaseUrl: URL_OF("") }).connectionString, URL_OF(""));
  });

  for (const [env, rule] of /** @type {[Record<string, string>, RegExp][]} */ ([
    [{ DATABASE_URL: URL_OF("?sslmode=prefer") }, /sslmode must be one of .*, got "prefer"/],
    [{ DATABASE_URL: URL_OF("?ssl=true&sslrootcert=/a") }, /must not have ssl, sslrootcert/],
    [{ PGSSLROOTCERT: "/no/such/bundle.pem" }, /PGSSLROOTCERT must name a file that can be read/],
    [{ PGSSLROOTCERT: "package.json" }, /PGSSLROOTCERT must name a file with certificates in PEM/],
  ])) {
    it(`refuses ${JSON.stringify(env)}, without the password`, () => {
      const all = { DATABASE_URL: URL_OF(""), ...env };
      assert.throws(
        () => readConfig(all),
        (/** @type {Error} */ error) =>
          rule.test(error.message) && !error.message.includes("hidden-pw"),
      );
    });
  }
});
