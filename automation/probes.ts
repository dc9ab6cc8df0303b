import type { Clock } from "./clock";
import type { Intended } from "./intended";
import type { ProbeResult } from "./results";

export interface Probe {
  name: string;
  url: string;
}

/** Longest time for one answer, in milliseconds. */
const answerTimeoutMs = 5000;
const betweenMs = 250;

/** What to ask from outside: the health path of every public service, and every URL that none of them covers. */
export function probesOf({ services = {}, urls }: Intended): Probe[] {
  const ofServices = Object.entries(services).flatMap(([name, { exposure, url, healthPath }]) =>
    exposure === "public" && url !== undefined
      ? [{ name, url: new URL(healthPath, url).href, base: url }]
      : [],
  );
  const covered = new Set(ofServices.map(({ base }) => new URL(base).href));
  const others = Object.entries(urls)
    .filter(([, url]) => !covered.has(new URL(url).href))
    .map(([name, url]) => ({ name, url }));
  return [...ofServices.map(({ name, url }) => ({ name, url })), ...others];
}

/** Asks until the answer is good or the time is over; the last answer counts. */
export async function runProbe(
  probe: Probe,
  { deadline, clock, signal }: { deadline: number; clock: Clock; signal: AbortSignal },
): Promise<ProbeResult> {
  for (let attempts = 1; ; attempts++) {
    const result = { ...probe, attempts, ...(await ask(probe.url, clock, signal)) };
    if (result.ok || signal.aborted || clock.now() + betweenMs >= deadline) return result;
    await clock.sleep(betweenMs, signal);
  }
}

async function ask(
  url: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Pick<ProbeResult, "ok" | "status" | "latencyMs" | "reason">> {
  const started = clock.now();
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]);
    const response = await fetch(url, {
      redirect: "manual",
      signal: limit,
      headers: { connection: "close" },
    });
    await response.body?.cancel();
    const { status } = response;
    const ok = status >= 200 && status < 400;
    const latencyMs = Math.round(clock.now() - started);
    return { ok, status, latencyMs, ...(ok ? {} : { reason: `answers with status ${status}` }) };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  const { cause, name, message } = error as Error;
  if (name === "TimeoutError") return `gave no answer within ${answerTimeoutMs / 1000} s`;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ECONNREFUSED") return "refuses connections";
  return code ?? (cause instanceof Error ? cause.message : message);
}
