import * as assert from "node:assert/strict";

import { LandfallError } from "../../../automation/errors";
import type { ErrorCode } from "../../../automation/errors";
import type { Observation, ServiceState, Verdict } from "../../../automation/results";
import { EventTranslator } from "../../../automation/engine/translate";
import { verdictOn } from "../../../automation/update/judgement";

const none = { create: 0, update: 0, replace: 0, delete: 0, same: 1 };

function seen(state: ServiceState): Observation {
  const intended = { image: "api:1", digest: "sha256:1", revision: "r1", replicas: 1 };
  const service = { service: "api", state, intended, containers: [], reasons: ["because"] };
  return { services: [service], probes: [], unverified: [] };
}

describe("the verdict on an update that the platform has taken back", () => {
  const verdictOf = (state: ServiceState, code?: ErrorCode): Verdict => {
    const translator = new EventTranslator(() => 0);
    const outcome =
      code === undefined ? { translator } : { translator, error: new LandfallError(code, "x") };
    return verdictOn(outcome, seen(state), none, {}, { urls: {} }).verdict;
  };

  const cases: [string, ServiceState, ErrorCode | undefined, Verdict][] = [
    ["the engine knows nothing of it", "rolled_back", undefined, "rolled_back"],
    ["a gate saw it, and what was before runs", "matches", "rolled_back", "rolled_back"],
    ["a gate saw it, and something else runs", "differs", "rolled_back", "failed"],
    ["a gate saw it, and what runs cannot be seen", "unknown", "rolled_back", "failed"],
    ["another failure, and what was before runs", "matches", "resource_failed", "failed"],
    ["it is still on its way", "pending", undefined, "unverified"],
  ];
  for (const [what, state, code, verdict] of cases) {
    it(`is ${verdict} when ${what}`, () => {
      assert.equal(verdictOf(state, code), verdict);
    });
  }
});
