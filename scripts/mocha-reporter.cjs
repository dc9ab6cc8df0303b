"use strict";
// Mocha's spec reporter that also keeps a journal in the file LANDFALL_TEST_JOURNAL: one JSON line for all tests that
// are to run, one for each result with its time, one for the end. It is written as it happens, so a run that dies
// leaves what it has done, and what it has not.
const fs = require("fs");
const { Runner, reporters } = require("mocha");

const { EVENT_RUN_BEGIN, EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } =
  Runner.constants;
const { EVENT_HOOK_BEGIN, EVENT_HOOK_END } = Runner.constants;

module.exports = class JournalReporter extends reporters.Spec {
  /**
   * @param {Mocha.Runner} runner
   * @param {Mocha.MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.LANDFALL_TEST_JOURNAL;
    if (!file) return;
    const note = (/** @type {object} */ entry) =>
      fs.appendFileSync(file, `${JSON.stringify(entry)}\n`);
    const result = (/** @type {string} */ kind) => (/** @type {Mocha.Runnable} */ test) =>
      note({ kind, title: test.fullTitle(), milliseconds: test.duration ?? 0 });

    runner.once(EVENT_RUN_BEGIN, () => note({ kind: "planned", titles: titlesOf(runner.suite) }));
    runner.on(EVENT_TEST_PASS, result("passed"));
    runner.on(EVENT_TEST_FAIL, result("failed"));
    runner.on(EVENT_TEST_PENDING, result("skipped"));
    let hookFrom = 0;
    runner.on(EVENT_HOOK_BEGIN, () => (hookFrom = Date.now()));
    runner.on(EVENT_HOOK_END, (/** @type {Mocha.Hook} */ hook) => {
      const milliseconds = Date.now() - hookFrom;
      if (milliseconds >= 100) note({ kind: "hook", title: hook.fullTitle(), milliseconds });
    });
    runner.once(EVENT_RUN_END, () => note({ kind: "end" }));
  }
};

/**
 * @param {Mocha.Suite} suite
 * @returns {string[]}
 */
function titlesOf(suite) {
  return [...suite.tests.map((test) => test.fullTitle()), ...suite.suites.flatMap(titlesOf)];
}
