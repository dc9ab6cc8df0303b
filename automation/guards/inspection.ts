import { dataHolders, dataLosses } from "../dataHolders";
import type { StepMetadata } from "../engine/types";
import { circumstances, sealOf } from "../fingerprint";
import type { UpArgs } from "../operations";
import { packOf } from "../policyPack";
import type { DataLoss } from "../results";
import { readConfigFile } from "../project";
import type { Session } from "../session";
import { configOption } from "../update/plan";
import type { Proposal } from "../update/plan";
import { changed } from "../verbs/outcome";
import { runPreview } from "../verbs/preview";
import { isHarmless } from "./harmless";
import { Marks } from "./marks";

/** What a look ahead has shown. */
export interface Inspection {
  losses: DataLoss[];
  /** The engine's steps; undefined where it was known without a preview that nothing would change. */
  steps?: StepMetadata[];
}

const inspections = new WeakMap<Proposal, Promise<Inspection>>();

/** Looks ahead once for all guards of one update. @throws LandfallError what the preview fails with */
export function inspection(
  session: Session,
  args: UpArgs,
  proposal: Proposal,
): Promise<Inspection> {
  const known = inspections.get(proposal) ?? inspect(session, args, proposal);
  inspections.set(proposal, known);
  return known;
}

/**
 * A preview costs as much as an update that changes nothing. It is left out where there is nothing to find (no data, no
 * policies, no plan), where an earlier one has shown that this very program, config, environment and state change nothing,
 * and where the very same has been deployed before over the same data.
 */
async function inspect(session: Session, args: UpArgs, proposal: Proposal): Promise<Inspection> {
  const { plan, prepared } = proposal;
  const { state, config } = prepared;
  const { resources } = state;
  const pack = packOf(session, config);
  const asked = args.plan !== undefined || plan.kind === "promote";
  const needed = pack !== undefined || asked || dataHolders(resources).length > 0;
  if (!needed) return { losses: [] };
  if (!asked && args.refresh !== true) {
    const text = plan.config?.text ?? (await readConfigFile(session.project, session.stack)) ?? "";
    if (await isHarmless(session, prepared, text, plan.surroundings)) return { losses: [] };
  }
  const mark = await markOf(session, proposal, pack?.print);
  const mayskip = args.plan === undefined && args.refresh !== true && mark !== undefined;
  if (mayskip && (await previewed(session).has(mark))) return { losses: [] };
  const { steps, translator } = await runPreview(session, {
    stack: args.stack,
    quiet: true,
    ...(args.parallel === undefined ? {} : { parallel: args.parallel }),
    ...(args.refresh === undefined ? {} : { refresh: args.refresh }),
    ...(args.wait === undefined ? {} : { wait: args.wait }),
    ...(pack === undefined ? {} : { policyPacks: [pack.dir] }),
    ...configOption(plan),
  });
  const losses = dataLosses(steps, resources);
  const nothing = translator.hasSummary && !changed(translator.changes) && losses.length === 0;
  if (mark !== undefined && nothing) await previewed(session).add(mark);
  return { losses, steps };
}

async function markOf(
  session: Session,
  { plan, prepared }: Proposal,
  pack: string | undefined,
): Promise<string | undefined> {
  const about = await circumstances(session, prepared.state, plan);
  return about === undefined ? undefined : (await sealOf(session.store))({ about, pack });
}

function previewed({ store }: Session): Marks {
  return new Marks(store, "previewed");
}
