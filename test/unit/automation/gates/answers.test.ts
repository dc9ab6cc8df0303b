import assert from "node:assert/strict";

import fc from "fast-check";

import { jsonOf, parseAnswer } from "../../../../automation/gates/answer";
import { isRequestPath } from "../../../../automation/gates/ask";
import { differenceOf, valueAt } from "../../../../automation/gates/json";
import { answersDiffer } from "../../../../automation/gates/shadow";
import { requestIn, sampleOf } from "../../../../automation/gates/traffic";

const bytes = (...lines: string[]): Buffer => Buffer.from(lines.join("\r\n"));
const json = (body: unknown) => {
  const answer = parseAnswer(
    bytes("HTTP/1.1 200 OK", "Content-Type: application/json", "", JSON.stringify(body)),
  );
  assert.ok(answer);
  return answer;
};

describe("an answer that a gate was given", () => {
  it("is read with a length, in chunks, and until the end", () => {
    const head = ["HTTP/1.1 200 OK", "content-type: Text/Plain; charset=utf-8"];
    const whole = parseAnswer(bytes(...head, "Content-Length: 2", "", "okgarbage"));
    assert.deepEqual(
      { ...whole, body: whole?.body.toString() },
      { status: 200, contentType: "text/plain", body: "ok", complete: true },
    );
    const chunks = ["Transfer-Encoding: chunked", "", "3;x=y", "abc", "2", "de", "0", "", ""];
    assert.equal(parseAnswer(bytes(...head, ...chunks))?.body.toString(), "abcde");
    assert.equal(parseAnswer(bytes(...head, "", "to the end"))?.body.toString(), "to the end");
  });

  it("is known to be cut off", () => {
    const cut = parseAnswer(bytes("HTTP/1.1 200 OK", "Content-Length: 9", "", "{}"));
    assert.ok(cut?.complete === false);
    assert.equal(jsonOf(cut), undefined);
    const chunk = bytes("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "", "9", "abc");
    assert.equal(parseAnswer(chunk)?.complete, false);
  });

  it("is none when it is rubbish, and rubbish breaks nothing", () => {
    for (const text of ["", "hello\r\n\r\n", "HTTP/1.1 999 X\r\n\r\n", "HTTP/1.1 200 OK"]) {
      assert.equal(parseAnswer(Buffer.from(text)), undefined);
    }
    const start = Buffer.from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (rest) => {
        parseAnswer(Buffer.concat([start, rest]));
        parseAnswer(Buffer.from(rest));
      }),
    );
  });

  it("may be asked for by no path that could be more than a path", () => {
    assert.ok(isRequestPath("/a/b?c=d&e=%20"));
    for (const path of ["a", "/a b", "/a\r\nX: y", "/a\tb", "/ä"]) assert.ok(!isRequestPath(path));
  });
});

describe("two answers", () => {
  it("are alike when their JSON is, whatever the order and what is ignored", () => {
    const a = json({ a: 1, b: [{ t: 1, v: "x" }], time: 1 });
    const b = json({ b: [{ v: "x", t: 2 }], time: 2, a: 1 });
    assert.equal(answersDiffer(a, b, ["time", "b.*.t"]), undefined);
    assert.equal(answersDiffer(a, b, ["time"])?.at, "b.0.t");
  });

  it("differ in status, kind of content, and body", () => {
    const text = parseAnswer(bytes("HTTP/1.1 200 OK", "Content-Type: text/plain", "", "x"));
    const broken = parseAnswer(bytes("HTTP/1.1 500 No", "", "x"));
    const other = parseAnswer(bytes("HTTP/1.1 200 OK", "Content-Type: text/plain", "", "yy"));
    const answers: [typeof text, typeof text, string | undefined][] = [
      [text, broken, "status"],
      [undefined, text, "status"],
      [undefined, undefined, undefined],
      [json({}), text, "content-type"],
      [text, other, ""],
      [text, text, undefined],
    ];
    for (const [a, b, at] of answers) assert.equal(answersDiffer(a, b, [])?.at, at);
  });

  it("never show a text that they hold", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const secret = "the-secret-text";
        const found = differenceOf({ a, v: secret }, { a: b, v: `${secret}!` }, []);
        const { fresh = "", stable = "" } = found ?? {};
        assert.ok(found && !`${fresh}${stable}`.includes(secret));
      }),
    );
    assert.equal(
      differenceOf(JSON.parse('{"a":[1,{"b":null}]}'), { a: [1, { b: null }] }, []),
      undefined,
    );
  });

  it("have values at dotted paths, and none that only their prototypes have", () => {
    assert.equal(valueAt({ a: [{ b: null }] }, "a.0.b"), null);
    assert.equal(valueAt({ a: 1 }, "a.b"), undefined);
    assert.equal(valueAt({}, "constructor"), undefined);
  });
});

describe("a line of the router's log", () => {
  const entry = {
    service: "service_api",
    method: "GET",
    path: "/a",
    status: 200,
    totalMs: 12,
    address: "10.0.0.5:8000",
    end: "--",
  };
  const at = "2026-01-01T00:00:00.5Z";
  const sample = (change: object) => {
    const request = requestIn(JSON.stringify({ ...entry, ...change }), "api", at);
    return request && sampleOf(request);
  };

  it("is a request of its service alone", () => {
    assert.equal(requestIn(JSON.stringify(entry), "api", at)?.address, "10.0.0.5");
    assert.equal(requestIn(JSON.stringify(entry), "web", at), undefined);
    for (const line of ["", "[NOTICE] haproxy", "{broken", "{}", "null"]) {
      assert.equal(requestIn(line, "api", at), undefined);
    }
  });

  it("says nothing of the server when the client left or it was a tunnel", () => {
    assert.deepEqual(sample({}), { at: Date.parse(at), ms: 12, failed: false });
    assert.equal(sample({ end: "CD" }), undefined);
    assert.equal(sample({ end: "cD", status: 408 }), undefined);
    assert.equal(sample({ status: 101 }), undefined);
  });

  it("is a failure when the server did not answer, or said that it failed", () => {
    for (const change of [
      { status: 500 },
      { status: -1, end: "SH" },
      { status: 504, end: "sH" },
      { end: "SD" },
    ]) {
      assert.equal(sample(change)?.failed, true, JSON.stringify(change));
    }
    assert.equal(sample({ status: 404 })?.failed, false);
  });
});
