import { resolve } from "node:path";

import type { ArgsOf } from "../operations";
import { differenceOf } from "../offline/difference";
import { pictureOf } from "../offline/picture";
import { readOfflineProject } from "../offline/project";
import { runOffline } from "../offline/run";
import { readOfflinePlan, textOfPlan, writeWhole } from "../offline/saved";
import type { OfflinePlanResult } from "../offline/types";
import type { OperationContext } from "../operation";
import { shortStackName } from "../project";

export interface OfflineSubject {
  context: OperationContext;
  /** Folder of the project. */
  dir: string;
  env: Readonly<Record<string, string>>;
}

/** The resources of the program, and what policies say of them, without engine, plugins and credentials. */
export async function offlinePlan(
  { context, dir, env }: OfflineSubject,
  { stack, save, diff, svg }: ArgsOf<"offlinePlan">,
): Promise<OfflinePlanResult> {
  const project = readOfflineProject(dir, stack);
  const { name, program, config, secretKeys, placeholders } = project;
  const short = shortStackName(stack);
  // A file that is none is told of before anything is written.
  const before = diff === undefined ? undefined : await readOfflinePlan(resolve(diff), name);
  const pack = config["landfall:policyPack"] ?? "";
  const policies = pack === "" || pack === "landfall";
  const { resources, violations } = await runOffline(
    context,
    { project: name, stack: short, program, dir, config, secretKeys, policies },
    env,
  );
  if (save !== undefined)
    await writeWhole(resolve(save), "save", textOfPlan(name, short, resources));
  if (svg !== undefined)
    await writeWhole(resolve(svg), "svg", pictureOf(resources, { project: name, stack: short }));
  return {
    ...{ stack, project: name, resources, violations },
    refused: violations.some(({ level }) => level === "mandatory"),
    placeholders,
    ...(before === undefined ? {} : { changes: differenceOf(before.resources, resources) }),
    ...(save === undefined ? {} : { saved: save }),
    ...(svg === undefined ? {} : { svg }),
    notes: policies ? [] : [unasked(pack)],
  };
}

function unasked(pack: string): string {
  return pack === "none"
    ? "landfall:policyPack is none: no policies were asked"
    : `the policy pack ${pack} needs the engine: \`preview\` asks it`;
}
