import type { GateEvidence } from "../gates/types";
import type { Intended } from "../intended";
import type { RolloutStep } from "../results";
import { nextPositions, underway } from "./positions";
import type { Positions, Underway } from "./positions";

/** What an update of one step came to, as far as the sequence has to know. */
export interface StepOutcome {
  /** Whether what runs is what this step intends. */
  good: boolean;
  intended: Intended;
  durationMs: number;
}

/** What a sequence works with; injected, so that it can be tested without an engine and without waiting. */
export interface SequenceIo<S extends StepOutcome> {
  /** One update of the stack. */
  step: (positions: Positions) => Promise<S>;
  /** Asks the gates of a service's phase. */
  gates: (service: Underway) => Promise<GateEvidence[]>;
  /** Waits; ends early when the operation is cancelled. */
  pause: (ms: number) => Promise<void>;
  /** Writes down how far it has come. */
  save: (progress: Progress) => Promise<void>;
  /** @throws when another update has taken over, or the operation was cancelled. */
  check: () => Promise<void>;
}

/** How far a rollout has come: part of the release. */
export interface Progress {
  steps: RolloutStep[];
  gates: GateEvidence[];
}

export interface SequenceResult<S extends StepOutcome> {
  last: S;
  /** Every step's outcome, in order. */
  outcomes: S[];
  progress: Progress;
  /** The gates that have failed; then the sequence has stopped where it was. */
  failed: GateEvidence[];
}

/**
 * Takes a stack from one release to the next in as many updates as its services' strategies need. All services step
 * together; after each step the gates of its phase are asked, then it is waited. Every step is safe to be the last.
 */
export async function rollOut<S extends StepOutcome>(
  start: Positions,
  io: SequenceIo<S>,
): Promise<SequenceResult<S>> {
  const progress: Progress = { steps: [], gates: [] };
  const outcomes: S[] = [];
  let positions = start;
  for (;;) {
    await io.check();
    const last = await io.step(positions);
    outcomes.push(last);
    const services = last.good ? underway(last.intended) : [];
    progress.steps.push(stepOf(last, services));
    await io.save(progress);
    const failed = await asked(services, progress, io);
    if (failed.length > 0) await io.save(progress);
    if (failed.length > 0 || services.length === 0) return { last, outcomes, progress, failed };
    await io.pause(Math.max(...services.map(({ current }) => current.pauseMs)));
    positions = nextPositions(services, positions);
  }
}

/** Asks the gates of all services at once: one that fails does not keep the others' evidence from the record. */
async function asked<S extends StepOutcome>(
  services: readonly Underway[],
  progress: Progress,
  io: SequenceIo<S>,
): Promise<GateEvidence[]> {
  const evidence = (await Promise.all(services.map((service) => io.gates(service)))).flat();
  progress.gates.push(...evidence);
  return evidence.filter(({ passed }) => !passed);
}

function stepOf({ durationMs }: StepOutcome, services: readonly Underway[]): RolloutStep {
  return {
    durationMs,
    services: services.map(({ service, intended, current, of }) => ({
      service,
      strategy: intended.rollout?.strategy ?? "blueGreen",
      phase: current.index + 1,
      of,
      weight: current.weight,
      revision: intended.revision,
      stable: current.stable.revision,
    })),
  };
}
