import * as assert from "node:assert/strict";
import type { UpResult } from "../../automation";
import { up } from "../../automation/cli/verbs/up";
import type { ExitCode } from "../../automation/errors";
import type { Verdict } from "../../automation/results";

/** Holds an update to its verdict and to the exit code that the command line gives for it. */
export function endsIn(result: UpResult, verdict: Verdict, exitCode: ExitCode): void {
  assert.equal(result.verdict, verdict, JSON.stringify(result.error));
  assert.equal(up.exitCode?.(result), exitCode);
}

/** Holds an update to having been asked all the while, without a request that was refused, cut or answered with 5xx. */
export function losesNothing({ load }: UpResult): void {
  assert.ok(load !== undefined && load.sent > 0, JSON.stringify(load));
  assert.equal(load.failed, 0, JSON.stringify(load));
}
