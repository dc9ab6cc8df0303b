import { describeUrn } from "./engine/urn";
import { RefusedError } from "./errors";
import type { DataLoss } from "./results";

/** What would be lost, for people. */
export function lossText(loss: DataLoss): string {
  return `${describeUrn(loss.urn)} ${lossWords(loss)}`;
}

/** The refusal of an update that would lose data: everything that it would lose, and how to allow it. */
export function dataLossError(losses: readonly DataLoss[]): RefusedError {
  const allow = allowing(losses.map(({ names: [name = ""] }) => name));
  return refusal("the update", losses, [
    "Take the change back (a renamed component needs an alias), or back the data up",
    `and allow it with ${allow}.`,
  ]);
}

/** The refusal of a destroy: the same, and everything of a component goes with it. */
export function destroyError(losses: readonly DataLoss[]): RefusedError {
  return refusal("the destroy", losses, [
    `Back the data up and allow it with ${allowing(namesToAllow(losses))}, or with`,
    "--include-protected, which takes all data of the stack.",
  ]);
}

/** The fewest names that allow all of it: those of the outermost components. */
export function namesToAllow(losses: readonly DataLoss[]): string[] {
  return [...new Set(losses.map(({ name, names }) => names.at(-1) ?? name))];
}

function allowing(names: readonly string[]): string {
  return [...new Set(names)].map((name) => `--allow-data-loss ${name}`).join(" ");
}

function refusal(what: string, losses: readonly DataLoss[], fix: readonly string[]): RefusedError {
  const problems = losses.map((loss) => ({
    path: describeUrn(loss.urn),
    message: lossWords(loss),
  }));
  const lines = problems.map(({ path, message }) => `\n  ${path} ${message}`).join("");
  return new RefusedError(`${what} would lose data:${lines}`, { problems, fix: fix.join(" ") });
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
