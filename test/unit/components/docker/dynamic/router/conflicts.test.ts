import assert from "node:assert/strict";
import { conflictsOf } from "../../../../../../components/docker/dynamic/router/conflicts";
import { partOf } from "../../../../../../components/docker/dynamic/router/part";
import type { RouteListen } from "../../../../../../components/docker/dynamic/types";

const part = (service: string, ...listen: RouteListen[]) =>
  partOf({ router: "r", service, listen, servers: [], check: { path: "/" } });

describe("services of one router", () => {
  it("may share a port when hosts or paths differ", () => {
    assert.deepEqual(
      conflictsOf([
        part("web", { port: 80 }),
        part("api", { port: 80, pathPrefix: "/api" }),
        part("shop", { port: 80, hosts: ["shop"] }),
        part("predictor", { port: 81 }),
      ]),
      [],
    );
  });

  it("must not ask for the same requests", () => {
    assert.deepEqual(
      conflictsOf([
        part("one", { port: 80, hosts: ["Shop", "b"], pathPrefix: "/x/" }),
        part("two", { port: 80, hosts: ["shop"], pathPrefix: "/x" }),
      ]),
      ['services "one" and "two" both ask for port 80, host shop, path /x'],
    );
  });
});
