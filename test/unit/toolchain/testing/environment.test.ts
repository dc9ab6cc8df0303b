import assert from "node:assert/strict";
import { environmentOf } from "../../../../toolchain/testing/environment";

describe("the environment of a suite", () => {
  const system = "/bundle/of/the/system.pem";
  const bundle = "/bundle/of/the/../the/system.pem";
  const env = { NODE_EXTRA_CA_CERTS: bundle, SSL_CERT_FILE: system };

  it("spares the suites that speak to this machine alone the reading of the system's bundle", () => {
    for (const kind of ["lint", "unit", "engine", "docker", "aws"] as const)
      assert.ok(!("NODE_EXTRA_CA_CERTS" in environmentOf(kind, env, system)));
    assert.equal(environmentOf("docker", env, system)["SSL_CERT_FILE"], system);
  });

  it("leaves it to those that fetch packages", () => {
    for (const kind of ["apps", "package", "stacks"] as const)
      assert.equal(environmentOf(kind, env, system)["NODE_EXTRA_CA_CERTS"], bundle);
  });

  it("leaves a bundle of another place, which nothing else would read", () => {
    const own = { NODE_EXTRA_CA_CERTS: "/other.pem" };
    assert.equal(environmentOf("docker", own, system)["NODE_EXTRA_CA_CERTS"], "/other.pem");
    assert.ok(!("NODE_EXTRA_CA_CERTS" in environmentOf("docker", {}, system)));
  });

  it("lets the engine's heap grow, but not where AWS's provider runs, nor against what is asked for", () => {
    assert.equal(environmentOf("docker", {}, system)["GOGC"], "400");
    assert.equal(environmentOf("docker", { GOGC: "50" }, system)["GOGC"], "50");
    assert.ok(!("GOGC" in environmentOf("stacks", {}, system)));
  });
});
