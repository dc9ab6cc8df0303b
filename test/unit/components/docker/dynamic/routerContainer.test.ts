import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { routerContainer } from "../../../../../components/docker/dynamic/routerContainer";

describe("the router's container", () => {
  const spec = routerContainer({ volume: "shop-dev-router" });

  it("keeps its configuration on the volume and runs as an ordinary user", () => {
    assert.deepEqual(spec.volumes, [
      { volumeName: "shop-dev-router", containerPath: "/var/lib/landfall/router" },
    ]);
    assert.equal(spec.user, "haproxy");
  });

  it("is the same for every stack but for the volume, so that no service's change replaces it", () => {
    assert.deepEqual(
      { ...routerContainer({ volume: "other" }), volumes: [] },
      { ...spec, volumes: [] },
    );
  });

  it("has scripts that bash accepts", () => {
    const scripts = [spec.command[2], spec.healthcheck.tests[3]];
    for (const script of scripts) execFileSync("bash", ["-n", "-c", script ?? ""]);
  });
});
