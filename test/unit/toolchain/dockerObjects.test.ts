import assert from "node:assert/strict";
import Docker from "dockerode";
import { removeOwned } from "../../../toolchain/dockerObjects";
import { temporaryFolder } from "./folder";
import * as http from "node:http";

describe("removing a stack's Docker objects", () => {
  const folder = temporaryFolder();
  let server: http.Server;
  let deleted: string[];

  const answers: Record<string, unknown> = {
    "/containers/json": [
      { Id: "c1", Names: ["/shop-dev-router"], Labels: { "landfall.owner": "mine" } },
      { Id: "c2", Names: ["/shop-dev-api"], Labels: { "landfall.owner": "theirs" } },
    ],
    "/networks": [
      { Id: "n1", Name: "shop-dev", Labels: { "landfall.owner": "mine" } },
      { Id: "n2", Name: "shop-dev-db", Labels: {} },
    ],
    "/volumes": {
      Volumes: [
        { Name: "shop-dev-data", Labels: { "landfall.owner": "mine" } },
        { Name: "shop-dev-more", Labels: null },
      ],
    },
    "/images/json": [
      { RepoTags: ["shop-dev/web:1", "kept/web:1"] },
      { RepoTags: ["shop-dev2/web:1"] },
      { RepoTags: null },
    ],
  };

  beforeEach(async () => {
    deleted = [];
    server = http.createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://docker");
      if (request.method === "DELETE") {
        deleted.push(decodeURIComponent(pathname));
        const inUse = pathname === "/networks/n1";
        const done = pathname.startsWith("/images") ? 200 : 204;
        response.writeHead(inUse ? 409 : done, { "content-type": "application/json" });
        response.end(JSON.stringify({ message: "has active endpoints" }));
        return;
      }
      if (pathname !== "/images/json") {
        const { label } = JSON.parse(searchParams.get("filters") ?? "{}") as { label: string[] };
        const isPins = label[0]?.startsWith("landfall.pin") === true;
        const key = isPins ? "landfall.pin" : "landfall";
        assert.deepEqual(label, [`${key}.project=shop`, `${key}.stack=dev`]);
        if (isPins) {
          const pins = ["mine", "theirs"].map((owner) => ({
            Id: `pin-${owner}`,
            Names: [`/landfall-keep-${owner}`],
            Labels: { "landfall.owner": owner },
          }));
          response.writeHead(200, { "content-type": "application/json" });
          response.end(JSON.stringify(pins));
          return;
        }
      }
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(answers[pathname]));
    });
    await new Promise<void>((resolve) => server.listen(folder("docker.sock"), resolve));
  });

  afterEach(() => {
    server.close();
  });

  it("removes what is its own, goes on after a failure and tells what stays", async () => {
    const docker = new Docker({ socketPath: folder("docker.sock") });
    const stack = { project: "shop", stack: "dev", owner: "mine" };
    const kept = await removeOwned(docker, stack, () => undefined);
    assert.deepEqual(deleted, [
      "/containers/c1",
      "/containers/pin-mine",
      "/networks/n1",
      "/volumes/shop-dev-data",
      "/images/shop-dev/web:1",
    ]);
    const [other, pin, network = "", ...rest] = kept;
    assert.equal(other, "container shop-dev-api: it belongs to another deployment (owner theirs)");
    assert.match(pin ?? "", /^container landfall-keep-theirs: it belongs to another deployment/);
    assert.match(network, /^network shop-dev: .*has active endpoints/);
    assert.deepEqual(rest, [
      "network shop-dev-db: it belongs to another deployment (owner none)",
      "volume shop-dev-more: it belongs to another deployment (owner none)",
    ]);
  });

  it("removes nothing but images while it does not know whose the objects are", async () => {
    const docker = new Docker({ socketPath: folder("docker.sock") });
    const stack = { project: "shop", stack: "dev", owner: undefined };
    const kept = await removeOwned(docker, stack, () => undefined);
    assert.deepEqual(deleted, ["/images/shop-dev/web:1"]);
    assert.equal(kept.length, 8);
  });
});
