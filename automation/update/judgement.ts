import { LandfallError } from "../errors";
import type { ErrorInfo } from "../errors";
import type { Intended } from "../intended";
import type { Changes, Observation, Verdict } from "../results";
import type { EngineOutcome } from "../session";
import { judge } from "../verdict";
import { changed } from "../verbs/outcome";
import type { StepOptions } from "./step";

/** The verdict on an update: the engine's failure, another image than the one asked for, else what is observed. */
export function verdictOn(
  { error }: EngineOutcome,
  observation: Observation,
  changes: Changes,
  { expectedDigests = {}, mayLack = false }: Pick<StepOptions, "expectedDigests" | "mayLack">,
  { services = {} }: Intended,
): { verdict: Verdict; error?: ErrorInfo } {
  if (error) {
    // Of an update that failed the outputs are those of before: what the platform has put back is what they promise.
    const isBack =
      error.code === "rolled_back" && judge(observation, false).verdict === "unchanged";
    return { verdict: isBack ? "rolled_back" : "failed", error: error.toJSON() };
  }
  const wrong = Object.entries(expectedDigests).filter(
    ([name, digest]) =>
      services[name]?.digest !== digest && !(mayLack && services[name] === undefined),
  );
  if (wrong.length > 0) {
    const problems = wrong.map(([path, digest]) => ({
      path,
      message: `runs ${services[path]?.digest ?? "nothing"}, and the release ran ${digest}`,
    }));
    const lines = problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
    const message = `the program did not take the release's images from its config \`images\`: ${lines}`;
    return {
      verdict: "failed",
      error: new LandfallError("not_running", message, { problems }).toJSON(),
    };
  }
  return judge(observation, changed(changes));
}
