import assert from "node:assert/strict";

import type { PlanResult } from "../../../../automation/results";
import { landfall } from "../fakes";
import { deployed } from "../support";

const plan: PlanResult = {
  stack: "dev",
  release: 4,
  commit: "0123456789abcdef0123456789abcdef01234567",
  services: [
    {
      service: "api",
      action: "rebuild",
      reasons: [{ action: "rebuild", cause: "context", text: "the build context app has changed" }],
    },
    {
      service: "web",
      action: "nothing",
      reasons: [{ action: "nothing", cause: "unchanged", text: "nothing has \u001b[2Jchanged" }],
    },
  ],
  notes: ["a note"],
  durationMs: 10,
};

describe("what a plan looks like", () => {
  it("names the release, every service, every reason and every note, without control characters", async () => {
    const { stdout, code } = await landfall(["plan"], { result: plan });
    assert.equal(code, 0);
    assert.match(stdout, /dev, compared with release 4 \(commit 0123456789ab\)/);
    assert.match(stdout, /^api +rebuild$/m);
    assert.match(stdout, /^web +nothing$/m);
    assert.match(stdout, /^api: the build context app has changed$/m);
    assert.match(stdout, /^a note$/m);
    assert.ok(!stdout.includes("\u001b[2J"));
  });

  it("is the SDK's result with --json", async () => {
    const { stdout } = await landfall(["plan", "--json"], { result: plan });
    assert.deepEqual(JSON.parse(stdout), plan);
  });

  it("is told after `up`: what was built and why, and what was not", async () => {
    const images = [
      { service: "api", state: "built", digest: "sha256:1", reason: "its build was asked for" },
      { service: "web", state: "kept", digest: "sha256:2" },
    ] as const;
    const { stdout } = await landfall(["up"], { result: deployed({ images: [...images] }) });
    assert.match(stdout, /built +api: its build was asked for/);
    assert.match(stdout, /not built +web: nothing of the image has changed/);
  });
});
