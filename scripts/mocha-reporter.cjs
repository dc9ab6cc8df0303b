"use strict";
// Mocha's spec reporter that also leaves the counts in the file LANDFALL_TEST_COUNTS. A run that dies before its end
// leaves none.
const fs = require("fs");
const { Runner, reporters } = require("mocha");

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    runner.on(Runner.constants.EVENT_TEST_PENDING, (test) => skipped.push(test.fullTitle()));
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures } = this.stats;
      fs.writeFileSync(
        process.env.LANDFALL_TEST_COUNTS,
        JSON.stringify({ passes, failures, skipped }),
      );
    });
  }
};
