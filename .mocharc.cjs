"use strict";

module.exports = {
  require: ["./test/support/register.cjs"],
  extension: ["ts"],
  timeout: 10_000,
  forbidOnly: true,
  forbidPending: false,
  // A program under mocks makes megabytes that live for one test. With room for them among the young objects they are not
  // moved among the old ones, whose collection is what the suites of components wait for: an eighth of time and memory.
  "node-option": ["max-semi-space-size=32"],
};
