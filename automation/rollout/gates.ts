import { approvalsOf } from "../gates/approval";
import { askGate } from "../gates";
import { gateSpec } from "../gates/spec";
import type { GateEvidence, GateSpec, GateSubject } from "../gates/types";
import type { Session } from "../session";
import type { Underway } from "./positions";

/** Asks the gates of a service's phase, one after the other; the first that fails ends it. */
export async function askGates(
  session: Session,
  release: number,
  { service, intended, current }: Underway,
): Promise<GateEvidence[]> {
  const { context } = session;
  const phases = intended.rollout?.phases ?? [];
  const specs = (intended.rollout?.gates ?? []).map((spec): GateSpec => gateSpec.parse(spec));
  const due = specs.filter(({ when }) => when.includes(current.moment));
  if (due.length === 0) return [];
  return context.phase("gates", async () => {
    const { stable, weight, moment } = current;
    const subject: GateSubject = {
      service,
      port: intended.port,
      router: intended.router ?? "",
      fresh: { revision: intended.revision, containers: intended.containers },
      ...(stable.containers.length === 0 ? {} : { stable }),
      ...{ weight, moment, release },
    };
    const evidence: GateEvidence[] = [];
    for (const spec of due) {
      // How often it is asked in all: each look is another chance of a false alarm.
      const looks = phases.filter((each) => spec.when.includes(each.moment)).length;
      const found = await ask(session, spec, { ...subject, looks });
      evidence.push(found);
      if (!found.passed) break;
    }
    return evidence;
  });
}

async function ask(session: Session, spec: GateSpec, subject: GateSubject): Promise<GateEvidence> {
  const { context, env, project } = session;
  const about = { kind: "gate", gate: spec.name, service: subject.service } as const;
  context.emit({ ...about, state: "asked", message: `${subject.weight} % of the traffic` });
  const found = await askGate(spec, subject, {
    env,
    projectDir: project.dir,
    clock: context.clock,
    signal: context.signal,
    tell: (message) => {
      context.emit({ ...about, state: "progress", message });
    },
    ...approvalsOf(session.store),
  });
  context.check();
  context.emit({ ...about, state: found.passed ? "passed" : "failed", message: found.reason });
  return found;
}
