import { LandfallError } from "../errors";
import type { ErrorInfo } from "../errors";
import type { GateEvidence } from "../gates/types";
import type { ProbeLoad } from "../results";

/** The failure of gates, with what they found; undefined when none failed. */
export function gateError(failed: readonly GateEvidence[]): ErrorInfo | undefined {
  const [first] = failed;
  if (first === undefined) return undefined;
  const problems = failed.map(({ service, gate, weight, reason }) => ({
    path: `${service} ${gate}`,
    message: `${reason} (at ${weight} % of the traffic)`,
  }));
  const lines = problems.map(({ path, message }) => `  ${path}: ${message}`);
  const error = new LandfallError("gate_failed", `a gate failed:\n${lines.join("\n")}`, {
    problems,
    service: first.service,
  });
  return error.toJSON();
}

/** The failure of an update under which more requests were lost than allowed. */
export function budgetError(
  load: ProbeLoad | undefined,
  budget: number | undefined,
): ErrorInfo | undefined {
  if (load === undefined || budget === undefined || load.failed / load.sent <= budget) {
    return undefined;
  }
  const why = Object.entries(load.failures).map(([reason, count]) => `${count} × ${reason}`);
  const message =
    `${load.failed} of ${load.sent} probe requests failed while the update was under way (${why.join(", ")}), ` +
    `and at most ${budget * 100} % may`;
  return new LandfallError("gate_failed", message).toJSON();
}
