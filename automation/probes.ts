import type { Clock } from "./clock";
import type { Intended } from "./intended";
import type { ProbeResult } from "./results";

export interface Probe {
  name: string;
  url: string;
  /** The service has no replicas: 503 with `Retry-After` is what it is to answer. */
  stopped?: boolean;
}

/** Longest time for one answer, in milliseconds. */
const answerTimeoutMs = 5000;
const betweenMs = 100;

/** What to ask from outside: the health path of every public service, and every URL that none of them covers. */
export function probesOf({ services = {}, urls }: Intended): Probe[] {
  const ofServices = Object.entries(services).flatMap(
    ([name, { exposure, url, healthPath, replicas }]) =>
      exposure === "public" && url !== undefined
        ? [{ name, url: new URL(healthPath, url).href, base: url, stopped: replicas === 0 }]
        : [],
  );
  const covered = new Set(ofServices.map(({ base }) => new URL(base).href));
  const others = Object.entries(urls)
    .filter(([, url]) => !covered.has(new URL(url).href))
    .map(([name, url]) => {
      const owner = ofServices.find(({ base }) => url.startsWith(base));
      return { name, url, stopped: owner?.stopped === true };
    });
  return [...ofServices, ...others].map(({ name, url, stopped }) => ({
    ...{ name, url },
    ...(stopped ? { stopped } : {}),
  }));
}

/** Asks until the answer is good or the time is over; the last answer counts. */
export async function runProbe(
  probe: Probe,
  { deadline, clock, signal }: { deadline: number; clock: Clock; signal: AbortSignal },
): Promise<ProbeResult> {
  for (let attempts = 1; ; attempts++) {
    const { name, url } = probe;
    const result = { name, url, attempts, ...(await ask(probe, clock, signal)) };
    if (result.ok || signal.aborted || clock.now() + betweenMs >= deadline) return result;
    await clock.sleep(betweenMs, signal);
  }
}

async function ask(
  { url, stopped = false }: Probe,
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
    const latencyMs = Math.round(clock.now() - started);
    const reason = stopped ? wrongWhenStopped(response) : wrong(status);
    return {
      ok: reason === undefined,
      status,
      latencyMs,
      ...(reason === undefined ? {} : { reason }),
    };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

function wrong(status: number): string | undefined {
  return status >= 200 && status < 400 ? undefined : `answers with status ${status}`;
}

function wrongWhenStopped({ status, headers }: Response): string | undefined {
  if (status === 503 && headers.has("retry-after")) return undefined;
  const how = status === 503 ? "503 without Retry-After" : `status ${status}`;
  return `answers with ${how}, though nothing of it is to run: 503 with Retry-After was expected`;
}

function reasonOf(error: unknown): string {
  const { cause, name, message } = error as Error;
  if (name === "TimeoutError") return `gave no answer within ${answerTimeoutMs / 1000} s`;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ECONNREFUSED") return "refuses connections";
  return code ?? (cause instanceof Error ? cause.message : message);
}
