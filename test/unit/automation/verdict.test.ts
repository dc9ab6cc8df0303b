import * as assert from "node:assert/strict";

import { readIntended } from "../../../automation/intended";
import type { IntendedService } from "../../../automation/intended";
import { probesOf } from "../../../automation/probes";
import type { ContainerObservation, ProbeResult } from "../../../automation/results";
import { compareService, judge, unknownService } from "../../../automation/verdict";

const intended: IntendedService = {
  image: "api:1",
  digest: "sha256:1",
  revision: "r1",
  replicas: 2,
  healthPath: "/health",
  port: 3000,
  exposure: "public",
  url: "http://127.0.0.1:3000",
  containers: ["api-0", "api-1"],
};

const good = (name: string): ContainerObservation => ({
  name,
  state: "running",
  digest: "sha256:1",
  revision: "r1",
});
const probe: ProbeResult = { name: "api", url: "http://x/", ok: true, attempts: 1, status: 200 };

describe("compareService", () => {
  const wrong: [string, Partial<ContainerObservation>, RegExp][] = [
    ["is missing", { state: "missing" }, /api-1 is missing/],
    ["has exited", { state: "exited" }, /api-1 is exited/],
    ["runs another image", { digest: "sha256:2" }, /runs image sha256:2, not sha256:1/],
    ["has another revision", { revision: "r2" }, /revision r2, not r1/],
    ["is unhealthy", { health: "unhealthy" }, /is unhealthy/],
  ];
  for (const [what, change, reason] of wrong) {
    it(`differs when a container ${what}`, () => {
      const seen = compareService("api", intended, [
        good("api-0"),
        { ...good("api-1"), ...change },
      ]);
      assert.equal(seen.state, "differs");
      assert.match(seen.reasons.join(), reason);
      assert.equal(seen.reasons.length, 1);
    });
  }

  it("differs when fewer containers are declared than replicas were asked for", () => {
    const seen = compareService("api", { ...intended, containers: ["api-0"] }, [good("api-0")]);
    assert.match(seen.reasons.join(), /1 containers are declared for 2 replicas/);
  });
});

describe("judge", () => {
  const matching = compareService("api", intended, [good("api-0"), good("api-1")]);

  it("says deployed or unchanged only when everything was seen to be right", () => {
    const seen = { services: [matching], probes: [probe], unverified: [] };
    assert.equal(judge(seen, true).verdict, "deployed");
    assert.equal(judge(seen, false).verdict, "unchanged");
  });

  it("says failed for a wrong container or a probe without a good answer, whatever else is unknown", () => {
    const differs = compareService("api", intended, [good("api-0")]);
    const silent = { ...probe, ok: false, reason: "refuses connections" };
    for (const services of [[matching], [matching, differs]]) {
      const { verdict, error } = judge({ services, probes: [silent], unverified: ["x"] }, true);
      assert.equal(verdict, "failed");
      assert.match(error?.message ?? "", /refuses connections/);
    }
  });

  it("says unverified when something could not be looked at", () => {
    const unknown = unknownService("api", intended, "the daemon is away");
    assert.equal(
      judge({ services: [unknown], probes: [probe], unverified: [] }, true).verdict,
      "unverified",
    );
    assert.equal(
      judge({ services: [], probes: [], unverified: ["no services"] }, false).verdict,
      "unverified",
    );
  });
});

describe("readIntended", () => {
  it("says which field of the output is wrong", () => {
    const value = { api: { ...intended, replicas: "two" } };
    const { problem, services } = readIntended({ services: { value, secret: false } });
    assert.equal(services, undefined);
    assert.match(problem ?? "", /services\.api\.replicas/);
    assert.match(readIntended({}).problem ?? "", /no output `services`/);
  });

  it("asks the health path of public services, and URLs that none of them covers", () => {
    const outputs = {
      services: {
        value: { api: intended, inner: { ...intended, exposure: "internal" } },
        secret: false,
      },
      apiUrl: { value: "http://127.0.0.1:3000", secret: false },
      webUrl: { value: "http://127.0.0.1:8080/", secret: false },
      adminUrl: { value: "http://secret", secret: true },
    };
    assert.deepEqual(probesOf(readIntended(outputs)), [
      { name: "api", url: "http://127.0.0.1:3000/health" },
      { name: "webUrl", url: "http://127.0.0.1:8080/" },
    ]);
  });
});
