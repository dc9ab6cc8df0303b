import { describeUrn } from "./engine/urn";
import { RefusedError } from "./errors";
import type { DataLoss } from "./results";

/** What would be lost, for people. */
export function lossText(loss: DataLoss): string {
  return `${describeUrn(loss.urn)} ${lossWords(loss)}`;
}

/** The refusal of an update that would lose data: everything that it would lose, and how to allow it. */
export function dataLossError(losses: readonly DataLoss[]): RefusedError {
  const problems = losses.map((loss) => ({
    path: describeUrn(loss.urn),
    message: lossWords(loss),
  }));
  const lines = problems.map(({ path, message }) => `\n  ${path} ${message}`).join("");
  const names = [...new Set(losses.map(({ names: [name = ""] }) => name))];
  const allow = names.map((name) => `--allow-data-loss ${name}`).join(" ");
  return new RefusedError(`the update would lose data:${lines}`, {
    problems,
    fix: `Take the change back (a renamed component needs an alias), or back the data up and allow it with ${allow}.`,
  });
}

function lossWords({ op, holds, names }: DataLoss): string {
  const what = {
    delete: "would be deleted",
    replace: "would be replaced",
    update: "would go on over other data",
  };
  const [, ...above] = names;
  const part = above.length === 0 ? "" : ` (part of ${above.join(", ")})`;
  return `${what[op]}: it holds ${holds}${part}`;
}
