import assert from "node:assert/strict";

import { Testbed } from "../../dynamic/testbed";
import { compared, target } from "./support";

// Beside other tests, unlike the comparison of times: how busy the machine is makes no answer a 500.
describe("an slo gate's comparison of errors on real containers", function () {
  this.timeout(300_000);
  let bed: Testbed;

  before(async () => {
    bed = await Testbed.start("lfgate-sloe");
  });

  after(() => bed.stop());

  it("catches 2 % of errors", async () => {
    const stable = await target(bed, "stable");
    const found = await compared(bed, { fresh: "fresh", stable, env: { ERRORS: "0.02" } });
    assert.equal(found.passed, false, found.reason);
    assert.match(found.reason, /fails more often than the old revision/);
  });
});
