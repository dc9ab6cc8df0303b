import assert from "node:assert/strict";
import { environmentOf } from "../../../../toolchain/testing/environment";

describe("the environment of a suite", () => {
  const system = "/bundle/of/the/system.pem";
  const env = { NODE_EXTRA_CA_CERTS: "/bundle/of/the/../the/system.pem", SSL_CERT_FILE: system };

  it("spares the suites that speak to this machine alone the reading of the system's bundle", () => {
    for (const kind of ["lint", "unit", "engine", "docker", "aws"] as const)
      assert.deepEqual(environmentOf(kind, env, system), { SSL_CERT_FILE: system });
  });

  it("leaves it to those that fetch packages", () => {
    for (const kind of ["apps", "package", "stacks"] as const)
      assert.equal(environmentOf(kind, env, system), env);
  });

  it("leaves a bundle of another place, which nothing else would read", () => {
    const own = { NODE_EXTRA_CA_CERTS: "/other.pem" };
    assert.equal(environmentOf("docker", own, system), own);
    assert.deepEqual(environmentOf("docker", {}, system), {});
  });
});
