"use strict";
// Mocha's spec reporter that also leaves the counts in the file LANDFALL_TEST_COUNTS. A run that dies before its end
// leaves none.
const fs = require("fs");
const { Runner, reporters } = require("mocha");

module.exports = class CountingReporter extends reporters.Spec {
  /**
   * @param {Mocha.Runner} runner
   * @param {Mocha.MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    /** @type {string[]} */
    const skipped = [];
    runner.on(Runner.constants.EVENT_TEST_PENDING, (/** @type {Mocha.Test} */ test) => {
      skipped.push(test.fullTitle());
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const file = process.env.LANDFALL_TEST_COUNTS;
      const { passes, failures } = this.stats;
      if (file) fs.writeFileSync(file, JSON.stringify({ passes, failures, skipped }));
    });
  }
};
