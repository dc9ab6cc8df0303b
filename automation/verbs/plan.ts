import { StackNotFoundError } from "../errors";
import { readConfigFile } from "../project";
import { decide } from "../rebuild/decide";
import { gather } from "../rebuild/facts";
import type { Gathered } from "../rebuild/facts";
import type { PlanResult } from "../results";
import type { Session } from "../session";
import { readStack } from "./prepare";

/** Tells what an update would build again and restart, and why. Runs no program and changes nothing. */
export async function plan(session: Session): Promise<PlanResult> {
  const { context, stack } = session;
  const startedAt = context.clock.now();
  const result = await context.phase("prepare", () => decided(session));
  return { stack, ...result, durationMs: Math.round(context.clock.now() - startedAt) };
}

async function decided(session: Session): Promise<Omit<PlanResult, "stack" | "durationMs">> {
  const { project, stack } = session;
  const prepared = await readStack(session, { create: false }).catch(async (error: unknown) => {
    const configured = await readConfigFile(project, stack);
    if (!(error instanceof StackNotFoundError) || configured === undefined) throw error;
    return undefined;
  });
  if (prepared === undefined) return { services: [], notes: [neverDeployed] };
  const gathered = await gather(session, prepared, { asked: () => false, compareConfig: true });
  const { release } = gathered;
  return {
    ...(release === undefined ? {} : { release: release.number }),
    ...(release?.program.commit === undefined ? {} : { commit: release.program.commit }),
    services: decide(gathered.facts),
    notes: notesOn(gathered),
  };
}

const neverDeployed = "nothing was deployed yet: `up` builds every image of the program";

function notesOn({ facts, intended }: Gathered): string[] {
  const { services } = facts;
  if (intended.services === undefined)
    return [`what runs is not known: ${intended.problem ?? "there is no output"}`];
  if (services.length === 0) return ["the stack has no services"];
  const unseen = services.filter(({ imagePresent }) => imagePresent === undefined);
  return [
    "a service that the program has gained since is not listed: `preview` shows it",
    ...(unseen.length > 0
      ? ["the platform could not be asked whether the images are still there"]
      : []),
  ];
}
