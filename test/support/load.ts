import * as http from "node:http";

/** Closed-loop clients of one kind: each has one keep-alive connection and asks again when it is answered. */
export interface Clients {
  /** Shown with failures. */
  readonly name: string;
  readonly count: number;
  readonly url: string;
  /** @default "GET" */
  readonly method?: string;
  readonly headers?: () => Record<string, string>;
  readonly body?: () => string;
  /** Milliseconds between the first and the second half of the body: a slow upload. @default 0 */
  readonly bodyMs?: number;
  /** Milliseconds between an answer and the next request. @default 0 */
  readonly pauseMs?: number;
  /** Which status is a good answer. @default 200 to 299 */
  readonly expect?: (status: number) => boolean;
}

export interface LoadResult {
  readonly requests: number;
  readonly failures: readonly string[];
  /** Longest time in which no client got any answer, in milliseconds. */
  readonly longestGapMs: number;
  /** Longest time in which no client got a good answer, in milliseconds. */
  readonly longestOutageMs: number;
  /** Latencies of the answers by client name, in milliseconds. */
  readonly latencies: Readonly<Record<string, readonly number[]>>;
}

/** A bounded load on this machine: nothing is retried, so every broken connection shows. */
export class Load {
  private running = true;
  private readonly clients: Promise<void>[] = [];
  private readonly failures: string[] = [];
  private readonly latencies: Record<string, number[]> = {};
  private requests = 0;
  private longestGapMs = 0;
  private longestOutageMs = 0;
  private lastAnswer = performance.now();
  private lastGoodAnswer = this.lastAnswer;

  constructor(
    kinds: readonly Clients[],
    private readonly maxSeconds = 600,
  ) {
    for (const kind of kinds)
      for (let index = 0; index < kind.count; index++) this.clients.push(this.loop(kind));
  }

  get sent(): number {
    return this.requests;
  }

  /** Lets every client finish what it has under way. */
  async stop(): Promise<LoadResult> {
    this.running = false;
    await Promise.all(this.clients);
    const { requests, failures, longestGapMs, longestOutageMs, latencies } = this;
    return { requests, failures, longestGapMs, longestOutageMs, latencies };
  }

  private async loop(kind: Clients): Promise<void> {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const end = performance.now() + this.maxSeconds * 1000;
    while (this.running && performance.now() < end) {
      await this.once(kind, agent);
      if (kind.pauseMs !== undefined) await pause(kind.pauseMs);
    }
    agent.destroy();
  }

  private once(kind: Clients, agent: http.Agent): Promise<void> {
    const started = performance.now();
    return new Promise((resolve) => {
      const done = (failure?: string) => {
        this.requests++;
        if (failure !== undefined)
          this.failures.push(`${new Date().toISOString()} ${kind.name}: ${failure}`);
        resolve();
      };
      const request = http.request(kind.url, {
        agent,
        method: kind.method ?? "GET",
        headers: kind.headers?.() ?? {},
        timeout: 20_000,
      });
      request.on("timeout", () => request.destroy(new Error("no answer within 20 s")));
      request.on("error", (error) => {
        done(error.message);
      });
      request.on("response", (response) => {
        response.resume();
        response.on("aborted", () => {
          done("answer cut off");
        });
        response.on("end", () => {
          const status = response.statusCode ?? 0;
          const good = kind.expect?.(status) ?? (status >= 200 && status < 300);
          this.answered(kind.name, performance.now() - started, good);
          done(good ? undefined : `status ${status}`);
        });
      });
      send(request, kind);
    });
  }

  private answered(name: string, latency: number, good: boolean): void {
    const now = performance.now();
    // Of those that are waited for at the end, the slow ones come last, and nobody else has asked any more.
    if (this.running) {
      this.longestGapMs = Math.max(this.longestGapMs, now - this.lastAnswer);
      if (good) this.longestOutageMs = Math.max(this.longestOutageMs, now - this.lastGoodAnswer);
    }
    this.lastAnswer = now;
    if (good) this.lastGoodAnswer = now;
    (this.latencies[name] ??= []).push(latency);
  }
}

function send(request: http.ClientRequest, { body, bodyMs = 0 }: Clients): void {
  if (body === undefined || bodyMs === 0) {
    request.end(body?.());
    return;
  }
  const bytes = Buffer.from(body());
  request.setHeader("content-length", bytes.length);
  const half = Math.floor(bytes.length / 2);
  request.write(bytes.subarray(0, half));
  setTimeout(() => {
    if (!request.destroyed) request.end(bytes.subarray(half));
  }, bodyMs);
}

/** The value below which a share of the sorted values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
