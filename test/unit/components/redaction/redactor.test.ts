import * as assert from "node:assert/strict";
import * as fc from "fast-check";

import { restsOf } from "../../../../components/redaction/forms";
import { Redactor, redacted } from "../../../../components/redaction/redactor";
import { randomOf, randomSecrets } from "../../../support/secrets/generate";
import { LeakFinder, encodingsOf } from "../../../support/secrets/leaks";

// What fast-check calls "binary"; its own keeps a table of all of them, 90 MB.
const character = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

const secret = fc
  .oneof(
    fc.string({ minLength: 8, maxLength: 40 }),
    fc.string({ unit: character, minLength: 8, maxLength: 24 }),
    fc.base64String({ minLength: 12, maxLength: 44 }),
  )
  .filter((text) => text.trim().length >= 8 && !redacted.includes(text));

const around = fc.string({ maxLength: 12 });

function leaks(text: string, form: string): boolean {
  return text.replaceAll(redacted, "\u0000").includes(form);
}

describe("Redactor", () => {
  it("removes a secret in raw, JSON, URL, hex and HTML form, whatever stands around it", () => {
    fc.assert(
      fc.property(secret, around, around, (value, before, after) => {
        const redactor = new Redactor([value]);
        const forms = [
          value,
          JSON.stringify(value).slice(1, -1),
          encodeURIComponent(value),
          new URLSearchParams([["k", value]]).toString().slice(2),
          Buffer.from(value).toString("hex"),
        ];
        for (const form of forms) {
          assert.ok(!leaks(redactor.text(before + form + after), form), `leaks ${form}`);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("removes a secret inside of a longer base64 text at all three alignments", () => {
    fc.assert(
      fc.property(secret, around, around, fc.boolean(), (value, before, after, urlSafe) => {
        const whole = Buffer.from(before + value + after).toString(
          urlSafe ? "base64url" : "base64",
        );
        const shown = new Redactor([value]).text(whole);
        // What is left must not decode to half of the secret at any alignment.
        const pieces = shown.split(redacted);
        const half = value.slice(0, Math.ceil(value.length / 2) + 2);
        for (const piece of pieces)
          for (const skip of [0, 1, 2, 3])
            assert.ok(!Buffer.from(piece.slice(skip), "base64").toString().includes(half), shown);
        assert.ok(pieces.length > 1);
      }),
      { numRuns: 400 },
    );
  });

  it("gives the same text for any chunking of a stream", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 4, maxLength: 9 }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.string({ unit: fc.constantFrom("a", "b", "c", "d"), maxLength: 120 }),
        fc.array(fc.nat(120), { maxLength: 12 }),
        (secrets, text, cuts) => {
          const redactor = new Redactor(secrets);
          const stream = redactor.stream();
          const borders = [
            ...new Set([0, ...cuts.filter((c) => c < text.length), text.length]),
          ].sort((a, b) => a - b);
          let shown = "";
          for (let i = 1; i < borders.length; i++)
            shown += stream.write(text.slice(borders[i - 1], borders[i]));
          shown += stream.end();
          assert.equal(shown, redactor.text(text));
          for (const value of secrets) assert.ok(!leaks(shown, value));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("knows hundreds of secrets at once and leaves other text alone", () => {
    fc.assert(
      fc.property(fc.array(secret, { minLength: 200, maxLength: 300 }), (secrets) => {
        const redactor = new Redactor(secrets);
        const shown = redactor.text(secrets.join(" | "));
        for (const value of secrets) assert.ok(!leaks(shown, value));
        assert.equal(new Redactor(["hunter2-hunter2"]).text("all is well"), "all is well");
      }),
      { numRuns: 5 },
    );
  });

  it("leaves none of 500 secrets in any encoding, as a whole and in a stream", () => {
    const seed = Number(process.env.SECRETS_SEED ?? Date.now() % 100_000);
    const secrets = randomSecrets(500, randomOf(seed));
    const finder = new LeakFinder(secrets);
    const redactor = new Redactor(secrets);
    const lines = secrets.flatMap((each) => encodingsOf(each).map(([name, text]) => name + text));
    assert.ok(finder.in(lines.join("\n")).length > 5000, "they are found where they stand");
    assert.deepEqual(finder.in(redactor.text(lines.join("\n"))), [], `seed ${seed}`);
    const stream = redactor.stream();
    const chunks = lines.join("\n").match(/[^]{1,9973}/g) ?? [];
    const shown = chunks.map((chunk) => stream.write(chunk)).join("") + stream.end();
    assert.deepEqual(finder.in(shown), [], `seed ${seed}`);
  });

  it("finds a secret of several lines line by line, and in the literals of Node and Python", () => {
    const redactor = new Redactor(["first half\nsecond half", `it's "quoted" ü`]);
    assert.equal(redactor.text("12:00 first half"), `12:00 ${redacted}`);
    assert.equal(new Redactor(["abcd\nefgh\ni"]).text("efgh i"), `${redacted} i`);
    assert.equal(redactor.text("['it\\'s \"quoted\" ü']"), `['${redacted}']`);
    assert.equal(redactor.text('"it\'s \\"quoted\\" \\u00fc"'), `"${redacted}"`);
  });

  it("finds what is left of a secret where the engine has taken out another one that it holds", () => {
    const redactor = new Redactor(["head-12345678-abcdefgh", "head-"]);
    assert.equal(redactor.text("[secret]12345678-abcdefgh"), `[secret]${redacted}`);
    redactor.add(["-abc"]);
    assert.equal(
      redactor.text("[secret]12345678[secret]defgh"),
      `[secret]${redacted}[secret]defgh`,
    );
    assert.equal(redactor.text("12345678"), redacted);
    assert.equal(redactor.text("1234567 defgh"), "1234567 defgh");
    const address = new Redactor(["postgresql://shop:pa55word@db:5432/shop", "pa55word"]);
    const around = "postgresql://shop:***@db:5432/shop";
    assert.equal(address.text(around), around);
    const variable = new Redactor(["DATABASE_PASSWORD=pa55word", "pa55word"]);
    assert.equal(variable.text("DATABASE_PASSWORD= is empty"), "DATABASE_PASSWORD= is empty");
  });

  it("finds what stands between the parts of a secret that holds hundreds, whatever was taken out, at no great cost", () => {
    const parts = randomSecrets(300, randomOf(7)).filter((each) => !each.includes("separator"));
    const whole = parts.map((part, index) => `${part}separator-${index};`).join("");
    const redactor = new Redactor([...parts, whole]);
    for (const taken of [parts.slice(0, 1), parts.slice(100, 103), parts]) {
      const left = taken.reduce((rest, part) => rest.replaceAll(part, redacted), whole);
      assert.doesNotMatch(redactor.text(left), /separator/);
    }
    const lap = new Redactor(["12345678-head-both-tail-87654321", "head-both", "both-tail"]);
    assert.equal(lap.text(`12345678-${redacted}-tail-87654321`), redacted.repeat(3));
    const rests = [...restsOf([...parts, whole], new Set([whole]))];
    assert.ok(rests.join("").length < 4 * whole.length, "it does not grow with the square");
  });

  it("finds the parts of a structured secret and the lines of a key file", () => {
    const redactor = new Redactor([
      { user: "anna", token: "tok-12345678" },
      "-----BEGIN KEY-----\nMIIBVgIBADANBgkqhkiG9w0B\nAQEFAASCAUAwggE8AgEAAkEA\n-----END KEY-----",
    ]);
    assert.equal(redactor.text("token=tok-12345678"), `token=${redacted}`);
    assert.equal(redactor.text("got MIIBVgIBADANBgkqhkiG9w0B"), `got ${redacted}`);
  });

  it("redacts plain data deeply, in keys too, and changes no types", () => {
    const redactor = new Redactor(["s3cr3t-value", 12345678]);
    const digest = `sha256:${"12345678".repeat(8)}`;
    assert.deepEqual(
      redactor.data({
        a: ["x s3cr3t-value"],
        "s3cr3t-value": 1,
        n: 12345678,
        m: 1234,
        none: null,
        digest,
      }),
      { a: [`x ${redacted}`], [redacted]: 1, n: redacted, m: 1234, none: null, digest },
    );
  });

  it("leaves words and values too short to be told from ordinary text", () => {
    const redactor = new Redactor(["true", "abc", "", "1"]);
    assert.equal(redactor.size, 0);
    assert.equal(redactor.text("true abc 1"), "true abc 1");
  });

  it("is quick on long text with many secrets", () => {
    const redactor = new Redactor(
      Array.from({ length: 50 }, (_, i) => `secret-number-${i}-${"x".repeat(20)}`),
    );
    const text = "an ordinary line of a log with nothing to hide\n".repeat(4000);
    const start = process.hrtime.bigint();
    assert.equal(redactor.text(text), text);
    assert.ok(Number(process.hrtime.bigint() - start) / 1e6 < 2000);
  });
});
