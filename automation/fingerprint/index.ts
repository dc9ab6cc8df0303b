import { readFile } from "node:fs/promises";

import { stableJson } from "../../components/naming";
import type { StackState } from "../engine/state";
import type { StateResource } from "../engine/types";
import { readConfigFile } from "../project";
import { provenance } from "../provenance";
import type { Session } from "../session";
import type { UpdatePlan } from "../update/plan";
import { programPrint } from "./program";
import { together } from "../together";

export { sealOf } from "./key";
export type { Seal } from "./key";
export { programPrint } from "./program";
export type { ProgramPrint } from "./program";

/** Variables that differ between two shells, and that no program's resources depend on. */
const volatile =
  /^(_|PWD|OLDPWD|SHLVL|TERM.*|COLORTERM|COLUMNS|LINES|WINDOWID|INIT_CWD|npm_.*|SSH_.*|XDG_.*|NO_COLOR|FORCE_COLOR)$/;

/**
 * Everything that an update's outcome depends on, as plain data to be sealed: program, lockfile, config, environment,
 * engine and state. Undefined where one of them cannot be told.
 */
export async function circumstances(
  session: Session,
  state: StackState,
  plan: UpdatePlan,
): Promise<unknown> {
  const { project, stack } = session;
  const [about, config] = await together([
    surroundings(session),
    plan.config === undefined ? readConfigFile(project, stack) : readFile(plan.config.file, "utf8"),
  ]);
  if (about === undefined) return undefined;
  return { ...about, config, kind: plan.kind, state: stateContent(state) };
}

/** Where a program is run, and by what. */
export interface Place {
  project: Pick<Session["project"], "dir">;
  env: Session["env"];
  backend: Pick<Session["backend"], "dir">;
  workspace: { readonly version: string };
}

/** What a program's outcome depends on beside its config: its files, lockfile, environment and engine. */
export async function surroundings({
  project,
  env,
  backend,
  workspace,
}: Place): Promise<object | undefined> {
  const passOver = backend.dir === undefined ? [] : [backend.dir];
  const [program, { lockfile }] = await together([
    programPrint(project.dir, env, passOver),
    provenance(project.dir, env),
  ]);
  if (program === undefined) return undefined;
  const environment = Object.entries(env)
    .filter(([name]) => !volatile.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { program, lockfile, environment, engine: workspace.version, node: process.version };
}

/**
 * What of a state makes a difference to the next update. Its order does not: resources are written as they come, and
 * what each depends on in an order that differs from run to run.
 */
export function stateContent({ resources, pending }: Pick<StackState, "resources" | "pending">): {
  resources: string[];
  pending: StackState["pending"];
} {
  return { resources: resources.map((each) => stableJson(inOrder(each))).sort(), pending };
}

function inOrder(resource: StateResource): StateResource {
  const { dependencies, propertyDependencies } = resource;
  const byProperty = Object.entries(propertyDependencies ?? {});
  return {
    ...resource,
    dependencies: [...(dependencies ?? [])].sort(),
    propertyDependencies: Object.fromEntries(
      byProperty.map(([property, urns]) => [property, [...(urns ?? [])].sort()]),
    ),
  };
}
