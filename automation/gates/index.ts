import { CancelledError } from "../errors";
import { command } from "./command";
import { GateFailure } from "./daemon";
import { http } from "./http";
import { manual } from "./manual";
import { shadow } from "./shadow";
import { slo } from "./slo";
import type { AskGate, GateIo, GateSpec, GateSubject } from "./types";

export type * from "./types";
export { gateSpec } from "./spec";

/** What a gate of one type comes to. */
export interface Finding {
  passed: boolean;
  reason: string;
  measured: Record<string, unknown>;
}

/** Longest text of a reason: it stands in records and messages. */
const longestReason = 4000;

/** Asks a gate; see {@link AskGate}. */
export const askGate: AskGate = async (spec, subject, io) => {
  const { service, moment, weight } = subject;
  const started = io.clock.now();
  const finding = await untilAborted(spec, io, () => found(spec, subject, io));
  return {
    gate: spec.name,
    type: spec.type,
    service,
    moment,
    weight,
    ...finding,
    reason: finding.reason.slice(0, longestReason),
    startedAt: new Date(started).toISOString(),
    durationMs: Math.round(io.clock.now() - started),
  };
};

async function found(spec: GateSpec, subject: GateSubject, io: GateIo): Promise<Finding> {
  try {
    return await ask(spec, subject, io);
  } catch (error) {
    // Whatever keeps a gate from being asked keeps it from being passed.
    const reason = error instanceof Error ? error.message : String(error);
    return { passed: false, reason, measured: error instanceof GateFailure ? error.measured : {} };
  }
}

function ask(spec: GateSpec, subject: GateSubject, io: GateIo): Promise<Finding> {
  switch (spec.type) {
    case "http":
      return http(spec, subject, io);
    case "slo":
      return slo(spec, subject, io);
    case "command":
      return command(spec, subject, io);
    case "manual":
      return manual(spec, subject, io);
    case "shadow":
      return shadow(spec, subject, io);
  }
}

/** Rejects as soon as the signal says so, whatever the gate is waiting for; the gate itself winds up behind. */
async function untilAborted<T>(spec: GateSpec, io: GateIo, ask: () => Promise<T>): Promise<T> {
  const { signal } = io;
  const stopped = (): CancelledError =>
    new CancelledError(`gate "${spec.name}" was cancelled`, { cause: signal.reason });
  if (signal.aborted) throw stopped();
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      reject(stopped());
    };
  });
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([ask(), aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
