import * as assert from "node:assert/strict";

import { programConfigProblems } from "../../../../automation/engine/words";

const refusal =
  'ApiService "api": 2 problems\n  replicas: must be at least 1, got 0\n  health.path: must begin with "/", got "x"';
const problems = [
  { path: 'ApiService "api" replicas', message: "must be at least 1, got 0" },
  { path: 'ApiService "api" health.path', message: 'must begin with "/", got "x"' },
];

describe("Words of the program", () => {
  for (const before of ["", "InvalidArgumentsError: ", "error: InvalidArgumentsError: "]) {
    it(`are understood after ${JSON.stringify(before)}`, () => {
      assert.deepEqual(programConfigProblems(before + refusal), problems);
    });
  }

  it("name a key of the stack's config alone", () => {
    const words = 'stack config of "dev": 1 problem\n  landfall:webPort: must be a port, got 0';
    assert.deepEqual(programConfigProblems(words), [
      { path: "landfall:webPort", message: "must be a port, got 0" },
    ]);
  });

  it("are no config's when something else was thrown", () => {
    assert.deepEqual(programConfigProblems("TypeError: 2 problems with x"), []);
  });
});
