import assert from "node:assert/strict";
import { createServer } from "node:http";
import { ApiError, createApi } from "../public/assets/api.js";

const page = new URL("https://shop.example:8443/");

describe("where the page finds its API", () => {
  for (const [config, expected] of [
    [{}, "wss://shop.example:3000/api/live"],
    [{ apiPort: 55300 }, "wss://shop.example:55300/api/live"],
    [{ apiBaseUrl: "/" }, "wss://shop.example:8443/api/live"],
    [{ apiBaseUrl: "http://api.example" }, "ws://api.example/api/live"],
  ]) {
    it(`is ${expected} with ${JSON.stringify(config)}`, () => {
      assert.equal(createApi(config, page).liveUrl, expected);
    });
  }
});

describe("what the page makes of an answer", () => {
  let server;
  let api;
  let answer;
  let asked;

  before(async () => {
    server = createServer((request, response) => {
      asked = request;
      response.writeHead(answer.status).end(answer.body);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    api = createApi({ apiBaseUrl: `http://127.0.0.1:${server.address().port}` }, page);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const failure = async (promise) => {
    const error = await promise.catch((reason) => reason);
    assert.ok(error instanceof ApiError);
    return error;
  };

  it("is its body when all is well", async () => {
    answer = { status: 200, body: '{"purchases":[],"next":null}' };
    assert.deepEqual(await api.purchases(20), { purchases: [], next: null });
    assert.equal(asked.url, "/api/purchases?limit=20");
  });

  it("is an error with the problems of each field when it was refused", async () => {
    const problems = [{ path: "name", message: "name is missing" }];
    answer = { status: 400, body: JSON.stringify({ message: "name is missing", problems }) };
    const error = await failure(api.add({}, "key-1"));
    assert.deepEqual(
      [error.status, error.message, error.problems],
      [400, "name is missing", problems],
    );
    assert.equal(asked.headers["idempotency-key"], "key-1");
  });

  it("is an error with the status when a router answers in HTML", async () => {
    answer = { status: 503, body: "<html>" };
    assert.deepEqual((await failure(api.predictions())).status, 503);
  });

  it("is an error with status 0 when nothing answers", async () => {
    const nowhere = createApi({ apiBaseUrl: "http://127.0.0.1:9" }, page);
    assert.equal((await failure(nowhere.purchases(1))).status, 0);
  });
});
