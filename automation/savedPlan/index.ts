import { resolve } from "node:path";

import { dockerClient } from "../platforms/docker/client";
import type { StepMetadata } from "../engine/types";
import { programPrint, sealOf, stateContent } from "../fingerprint";
import type { Seal } from "../fingerprint";
import { plannedOp } from "../oversight";
import { maker, provenance } from "../provenance";
import type { Session } from "../session";
import type { Prepared } from "../verbs/prepare";
import { RefusedError } from "../errors";
import { sealed } from "./format";
import type { SavedPlan } from "./format";

export { readPlan, writePlan } from "./format";
export type { SavedPlan } from "./format";

type Circumstances = Pick<
  SavedPlan,
  "project" | "stack" | "engine" | "program" | "lockfile" | "config" | "state"
>;

/** What a preview has shown, as a plan that can be held to. */
export async function planOf(
  session: Session,
  prepared: Pick<Prepared, "state" | "config">,
  steps: readonly StepMetadata[],
  file: string,
): Promise<SavedPlan> {
  const seal = await sealOf(session.store);
  const now = await circumstancesNow(session, prepared, file, seal);
  return sealed(
    {
      ...now,
      ...{ format: 1, kind: "landfall-plan" },
      createdAt: new Date(session.context.clock.now()).toISOString(),
      by: maker(session.env),
      images: await imagesOf(session, steps),
      changes: changesOf(steps),
    },
    seal,
  );
}

/** What a plan depends on, as it is now. @param file of the plan: it is no part of the program */
export async function circumstancesNow(
  session: Session,
  { state, config }: Pick<Prepared, "state" | "config">,
  file: string,
  seal: Seal,
): Promise<Circumstances> {
  const { project, shortStack, backend, env, workspace } = session;
  const passOver = [resolve(file), ...(backend.dir === undefined ? [] : [backend.dir])];
  const [program, { lockfile }] = await Promise.all([
    programPrint(project.dir, env, passOver),
    provenance(project.dir, env),
  ]);
  if (program === undefined)
    throw new RefusedError(`${project.dir}: its files cannot be told apart from later ones`, {
      fix: "Keep the project in git; what git ignores does not count.",
    });
  return {
    ...{ project: project.name, stack: shortStack, engine: workspace.version, program },
    ...(lockfile === undefined ? {} : { lockfile }),
    config: Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key, seal({ key, value: value.value })]),
    ),
    state: seal(stateContent(state)),
  };
}

/** Images that the steps name: what is built carries its context's hash in its name, the others are looked up. */
export async function imagesOf(
  { env }: Pick<Session, "env">,
  steps: readonly StepMetadata[],
): Promise<Record<string, string>> {
  const inputs = steps.flatMap(({ type, new: next }) =>
    /^docker:index\/(image:Image|remoteImage:RemoteImage)$/.test(type) ? [next?.inputs ?? {}] : [],
  );
  const names = [...new Set(inputs.flatMap(({ imageName, name }) => imageName ?? name))];
  const references = names.filter((name) => typeof name === "string").sort();
  if (references.length === 0) return {};
  const docker = dockerClient(env);
  const ids = references.map(async (reference): Promise<[string, string]> => {
    const id = await docker
      .getImage(reference)
      .inspect()
      .then(({ Id }) => Id)
      .catch((error: unknown) =>
        (error as { statusCode?: number }).statusCode === 404 ? "absent" : "unknown",
      );
    return [reference, id];
  });
  return Object.fromEntries(await Promise.all(ids));
}

/** What the steps do, one entry for each resource. */
export function changesOf(steps: readonly StepMetadata[]): SavedPlan["changes"] {
  const found = new Map<string, string>();
  for (const { urn, op, type } of steps) {
    const doing = plannedOp(op);
    if (doing === undefined || type.startsWith("pulumi:providers:")) continue;
    if (found.get(urn) !== "replace") found.set(urn, doing);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([urn, op]) => ({ urn, op }));
}

/** What has changed since a plan was made, in words; empty where nothing has. */
export function changedSince(plan: SavedPlan, now: Circumstances): string[] {
  const keys = [...new Set([...Object.keys(plan.config), ...Object.keys(now.config)])].sort();
  const config = keys.filter((key) => plan.config[key] !== now.config[key]);
  const commit = (print: SavedPlan["program"]): string => print.commit?.slice(0, 9) ?? "none";
  const checks: [boolean, string][] = [
    [
      plan.program.commit !== now.program.commit,
      `program: commit ${commit(plan.program)} is now ${commit(now.program)}`,
    ],
    [
      plan.program.commit === now.program.commit && plan.program.files !== now.program.files,
      "program: its files differ",
    ],
    [plan.lockfile !== now.lockfile, "lockfile: the dependencies differ"],
    [plan.engine !== now.engine, `engine: ${plan.engine} is now ${now.engine}`],
    [config.length > 0, `config: ${config.join(", ")}`],
    [plan.state !== now.state, "state: the stack was updated, or its state was changed"],
  ];
  return checks.filter(([differs]) => differs).map(([, words]) => words);
}
