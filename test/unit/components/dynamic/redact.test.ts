import assert from "node:assert/strict";
import { envRecord, redactorOf } from "../../../../components/dynamic/redact";
import { randomOf, randomSecrets } from "../../../support/secrets/generate";
import { LeakFinder, encodingsOf } from "../../../support/secrets/leaks";

const secret = 'p@ss "w/rd"';

describe("the redactor of a container's environment", () => {
  const redact = redactorOf({ DB_PASSWORD: secret, PORT: "3000", MODE: "blue" }, ["MODE"]);

  const forms: Record<string, string> = {
    raw: secret,
    "JSON-escaped": JSON.stringify(secret),
    "URL-encoded": encodeURIComponent(secret),
    "base64-encoded": Buffer.from(secret).toString("base64"),
    "named by the caller": "blue",
  };
  for (const [form, text] of Object.entries(forms)) {
    it(`blots out a value that is ${form}`, () => {
      assert.match(redact(`before ${text} after`), /^before "?\[secret\]"?=* after$/);
    });
  }

  it("leaves plain values alone", () => {
    assert.equal(redact("listening on 3000"), "listening on 3000");
  });

  it("finds passwords inside of connection strings, whatever their name", () => {
    const url = redactorOf({ PRIMARY: "postgres://app:s%40cret-1@db:5432/app" });
    assert.equal(url("auth failed: s@cret-1, s%40cret-1"), "auth failed: [secret], [secret]");
  });

  it("blots out a long value as a whole when it contains a short one", () => {
    const both = redactorOf({ A_TOKEN: "abcd", B_TOKEN: "abcdefgh" });
    assert.equal(both("abcdefgh abcd"), "[secret] [secret]");
  });

  it("leaves none of 100 secrets in any encoding, named by their variables or by the caller", () => {
    const seed = Number(process.env.SECRETS_SEED ?? Date.now() % 100_000);
    const secrets = randomSecrets(100, randomOf(seed));
    const finder = new LeakFinder(secrets);
    const lines = secrets.flatMap((each) => encodingsOf(each).map(([name, text]) => name + text));
    assert.ok(finder.in(lines.join("\n")).length > 1000, "they are found where they stand");
    for (const [prefix, names] of [
      ["SECRET_", []],
      ["V", secrets.map((_, index) => `V${index}`)],
    ] as const) {
      const env = Object.fromEntries(secrets.map((each, index) => [`${prefix}${index}`, each]));
      const shown = redactorOf(env, names)(lines.join("\n"));
      assert.deepEqual(finder.in(shown), [], `seed ${seed}`);
    }
  });

  it("finds a secret of several lines in a log that begins within it", () => {
    const key = redactorOf({ TLS_KEY: "first line of it\nsecond line of it" });
    assert.equal(key("second line of it\nlistening"), "[secret]\nlistening");
  });

  it("reads the daemon's lines, also when there are none", () => {
    assert.deepEqual(envRecord(["A=b=c", "D="]), { A: "b=c", D: "" });
    assert.deepEqual(envRecord(null), {});
  });
});
