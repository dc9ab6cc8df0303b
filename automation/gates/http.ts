import type { Answer } from "./answer";
import { jsonOf } from "./answer";
import { Asker, longestBody } from "./ask";
import type { Member } from "./daemon";
import { Daemon, GateFailure } from "./daemon";
import type { Finding } from "./index";
import { kindOf, valueAt } from "./json";
import type { GateIo, GateSpec, GateSubject } from "./types";

type HttpSpec = Extract<GateSpec, { type: "http" }>;

const pauseMs = 500;

/** Asks every fresh container until each has given the right answer once, or the time is over. */
export async function http(spec: HttpSpec, subject: GateSubject, io: GateIo): Promise<Finding> {
  const daemon = await Daemon.open(subject, io);
  const { path, deadlineMs } = spec;
  const deadline = io.clock.now() + deadlineMs;
  const waiting = new Map(daemon.fresh.map((member) => [member, "not asked"]));
  let questions = 0;
  const measured = (): Record<string, unknown> => ({
    path,
    questions,
    wrong: Object.fromEntries([...waiting].map(([{ name }, fault]) => [name, fault])),
  });
  await Asker.with(daemon, subject.port, io.signal, async (asker) => {
    for (;;) {
      for (const member of [...waiting.keys()]) {
        questions++;
        const fault = faultOf(await asker.get(member, path), spec, member);
        if (fault === undefined) waiting.delete(member);
        else waiting.set(member, fault);
      }
      if (waiting.size === 0 || io.clock.now() >= deadline || io.signal.aborted) return;
      const crash = await daemon.crash();
      if (crash !== undefined) throw new GateFailure(crash, measured());
      await io.clock.sleep(pauseMs, io.signal);
    }
  });
  const wrong = [...waiting].map(([{ name }, fault]) => `"${name}": ${fault}`);
  const reason =
    wrong.length === 0
      ? `GET ${path}: ${daemon.fresh.length} of ${daemon.fresh.length} new containers gave the expected answer`
      : `GET ${path} did not give the expected answer within ${deadlineMs / 1000} s: ${wrong.join("; ")}`;
  return { passed: wrong.length === 0, reason, measured: measured() };
}

function faultOf(
  answer: Answer | undefined,
  { status, json }: HttpSpec,
  { redact }: Member,
): string | undefined {
  if (answer === undefined) return "no answer";
  if (answer.status !== status) return `status ${answer.status}, expected ${status}`;
  const wanted = Object.entries(json);
  if (wanted.length === 0) return undefined;
  if (!answer.complete) return `its body is cut off or longer than ${longestBody / 1024} KiB`;
  const body = jsonOf(answer);
  if (body === undefined) return "its body is no JSON";
  const faults = wanted.flatMap(([at, expected]) => {
    const value = valueAt(body, at);
    if (value === expected) return [];
    return [`${at} is ${redact(shown(value))}, expected ${JSON.stringify(expected)}`];
  });
  return faults.length === 0 ? undefined : faults.join(", ");
}

/** A value of an answer in a message: what was asked for by name may be shown, if it is short. */
function shown(value: unknown): string {
  const isPlain = typeof value !== "object" || value === null;
  const text = value !== undefined && isPlain ? JSON.stringify(value) : undefined;
  return text === undefined || text.length > 80 ? kindOf(value) : text;
}
