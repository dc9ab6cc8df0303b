import assert from "node:assert/strict";
import { createRedactor } from "../../src/redact.js";

const PASSWORD = `p@ss/"w\\rd é`;
const redact = createRedactor([
  `postgres://u:${encodeURIComponent(PASSWORD)}@db/x`,
  undefined,
  "redis://cache:6379",
]);

describe("the redactor", () => {
  for (const [form, text] of [
    ["raw", PASSWORD],
    ["URL-encoded", encodeURIComponent(PASSWORD)],
    ["JSON-escaped", JSON.stringify(PASSWORD)],
    ["base64", Buffer.from(PASSWORD).toString("base64")],
  ]) {
    it(`takes out a password that is ${form}`, () => {
      const line = redact(`before ${text} after`);
      assert.match(line, /^before "?\[redacted\]"? after$/);
    });
  }

  it("takes the password out of any other URL", () => {
    assert.equal(redact('{"url":"amqp://me:other@mq/1"}'), '{"url":"amqp://me:[redacted]@mq/1"}');
  });

  it("leaves the rest as it is", () => {
    const line = '{"time":"2026-01-01T00:00:00Z","url":"http://a:80/b","mail":"me@example.com"}';
    assert.equal(redact(line), line);
  });
});
