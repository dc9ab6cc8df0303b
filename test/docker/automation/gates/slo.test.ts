import assert from "node:assert/strict";

import { Testbed } from "../../dynamic/testbed";
import { compared, target } from "./support";

describe("an slo gate's comparison of times on real containers", function () {
  this.timeout(300_000);
  let bed: Testbed;
  let stable: string;

  before(async () => {
    bed = await Testbed.start("lfgate-slo");
    stable = await target(bed, "stable");
  });

  after(() => bed.stop());

  const cases: [what: string, env: Record<string, string>, passed: boolean][] = [
    ["passes a revision that is like the old one", {}, true],
    ["catches a p95 that is 30 % higher", { SLOWER: "1.3" }, false],
    ["passes another revision that is like the old one", {}, true],
    ["catches a p95 that is 30 % higher again", { SLOWER: "1.3" }, false],
  ];
  for (const [index, [what, env, passed]] of cases.entries()) {
    it(`${what} (run ${index + 1} of ${cases.length})`, async () => {
      const found = await compared(bed, { fresh: `fresh${index}`, stable, env });
      assert.equal(found.passed, passed, found.reason);
    });
  }
});
