import * as assert from "node:assert/strict";
import { z } from "zod";

import { LandfallError } from "../../../automation/errors";
import { Redactor } from "../../../components/redaction/redactor";
import { redactError } from "../../../automation/redactError";
import { LeakFinder } from "../../support/secrets/leaks";

describe("redactError", () => {
  const secret = "s3cr3t-of-the-shop";
  const redactor = new Redactor([secret]);
  const finder = new LeakFinder([secret]);

  it("takes a secret out of message, stack, fields, and causes of every kind", () => {
    const causes = [
      new Error(`inner ${secret}`, { cause: secret }),
      new AggregateError([new Error(secret), secret], `several ${secret}`),
      { output: [secret], deep: { [secret]: 1 } },
      [new Error(secret)],
      secret,
    ];
    for (const cause of causes) {
      const problems = [{ path: "a", message: `got ${secret}` }];
      const error = new LandfallError("engine", `outer ${secret}`, { cause, problems });
      assert.ok(finder.inValue(error).length > 0);
      assert.equal(redactError(error, redactor), error);
      assert.deepEqual(finder.inValue(error), []);
      assert.equal(error.message, "outer [secret]");
      assert.equal(error.code, "engine");
      assert.ok(error instanceof LandfallError);
    }
  });

  it("replaces a cause that lets nothing of it be changed", () => {
    const { error: cause } = z.literal("a").safeParse(secret, { reportInput: true });
    const frozen = Object.freeze(new Error(`frozen ${secret}`));
    for (const each of [cause, frozen]) {
      const error = new LandfallError("engine", "outer", { cause: each });
      assert.equal(redactError(error, redactor), error);
      assert.ok(error.cause instanceof Error);
      assert.equal(error.cause.name, each?.name);
      assert.deepEqual(finder.inValue(error), []);
    }
  });

  it("takes what is no error, and errors that lead back to themselves", () => {
    assert.equal(redactError(`no ${secret}`, redactor), "no [secret]");
    assert.equal(redactError(undefined, redactor), undefined);
    const error = new Error(secret);
    error.cause = new Error(secret, { cause: error });
    redactError(error, redactor);
    assert.deepEqual(finder.inValue(error), []);
  });
});
