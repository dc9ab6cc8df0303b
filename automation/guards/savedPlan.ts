import { describeUrn } from "../engine/urn";
import { RefusedError } from "../errors";
import { sealOf } from "../fingerprint";
import type { UpArgs } from "../operations";
import { changedSince, changesOf, circumstancesNow, imagesOf, readPlan } from "../savedPlan";
import type { SavedPlan } from "../savedPlan";
import type { Session } from "../session";
import { inspection } from "./inspection";
import type { Guard } from ".";

/** A saved plan is carried out only while everything that it was made from is the same. */
export const savedPlanGuard: Guard = async (session, args, proposal) => {
  const { plan: file } = args;
  if (file === undefined) return {};
  const { prepared } = proposal;
  const seal = await sealOf(session.store);
  const plan = await readPlan(file, seal);
  refuseForeign(session, plan, file);
  refuseOld(session, plan, args);
  refuseChanged(file, changedSince(plan, await circumstancesNow(session, prepared, file, seal)));
  const { steps = [] } = await inspection(session, args, proposal);
  refuseChanged(file, [
    ...differing("images", plan.images, await imagesOf(session, steps), (name) => name),
    ...differing("changes", byUrn(plan.changes), byUrn(changesOf(steps)), describeUrn),
  ]);
  const planned = new Map(plan.changes.map(({ urn, op }) => [urn, op]));
  return { planned, recorded: { plan: { createdAt: plan.createdAt, seal: plan.seal } } };
};

function refuseForeign({ project, shortStack }: Session, plan: SavedPlan, file: string): void {
  if (plan.project === project.name && plan.stack === shortStack) return;
  throw new RefusedError(
    `the plan ${file} is for stack "${plan.stack}" of project ${plan.project}, not for "${shortStack}" of ${project.name}`,
  );
}

function refuseOld({ context }: Session, plan: SavedPlan, { planMaxAge }: UpArgs): void {
  const ageMs = context.clock.now() - Date.parse(plan.createdAt);
  if (planMaxAge === undefined || ageMs <= planMaxAge * 1000) return;
  const age = Math.ceil(ageMs / 1000);
  throw new RefusedError(`the plan is ${age} s old, and at most ${planMaxAge} s are allowed`, {
    fix: "Make a new one with `landfall preview --save FILE`.",
  });
}

function refuseChanged(file: string, changes: readonly string[]): void {
  if (changes.length === 0) return;
  const problems = changes.map((change) => {
    const [path = "", ...words] = change.split(": ");
    return { path, message: words.join(": ") };
  });
  const lines = changes.map((change) => `\n  ${change}`).join("");
  throw new RefusedError(`the plan ${file} does not hold any more; since it was made:${lines}`, {
    problems,
    fix: "Make a new one with `landfall preview --save FILE`, and look at it.",
  });
}

function differing(
  what: string,
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
  words: (key: string) => string,
): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return keys
    .filter((key) => before[key] !== now[key])
    .map((key) => `${what}: ${words(key)} was ${before[key] ?? "none"}, is ${now[key] ?? "none"}`);
}

function byUrn(changes: SavedPlan["changes"]): Record<string, string> {
  return Object.fromEntries(changes.map(({ urn, op }) => [urn, op]));
}
