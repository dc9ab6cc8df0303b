import * as http from "node:http";
import * as https from "node:https";

import type { ProbeLoad } from "../results";

/** Requests a second to each URL: enough to see a gap of a tenth of a second, and no burden for anybody. */
const perSecond = 20;
const KEPT = { keepAlive: true, maxSockets: 64 };
/** Longest time for one answer, in milliseconds. */
const answerTimeoutMs = 10_000;

interface Agents {
  readonly plain: http.Agent;
  readonly secure: https.Agent;
}

/**
 * A small load of GET requests over kept connections while a step is under way: what a client of the service meets.
 * Refused, cut and 5xx answers count as failed. Memory stays bounded: one figure for each request, for at most an hour.
 */
export class SwitchLoad {
  private readonly latencies: number[] = [];
  private sent = 0;
  private failed = 0;
  private lastGood: number | undefined;
  private longestGap = 0;
  private readonly reasons = new Map<string, number>();
  private readonly agents: Agents = {
    plain: new http.Agent(KEPT),
    secure: new https.Agent(KEPT),
  };
  private timer: NodeJS.Timeout | undefined;
  private readonly open = new Set<Promise<void>>();

  constructor(private readonly urls: readonly string[]) {}

  /** Asks each URL once, and begins only with those that answer now: what was broken before is no switch's fault. */
  async start(): Promise<void> {
    const answers = await Promise.all(
      this.urls.map(async (url) => ({ url, ...(await ask(url, this.agents)) })),
    );
    const alive = answers.filter(({ error }) => error === undefined).map(({ url }) => url);
    if (alive.length === 0) return;
    this.lastGood = performance.now();
    let next = 0;
    this.timer = setInterval(
      () => {
        const url = alive[next++ % alive.length];
        if (url === undefined || this.latencies.length >= 3600 * perSecond * alive.length) return;
        const asking = this.one(url).finally(() => this.open.delete(asking));
        this.open.add(asking);
      },
      1000 / (perSecond * alive.length),
    );
  }

  /** Stops asking and waits for the answers that are under way. Undefined where nothing was asked. */
  async stop(): Promise<ProbeLoad | undefined> {
    clearInterval(this.timer);
    await Promise.all(this.open);
    this.agents.plain.destroy();
    this.agents.secure.destroy();
    if (this.sent === 0) return undefined;
    if (this.lastGood !== undefined) this.gap(performance.now());
    const sorted = [...this.latencies].sort((a, b) => a - b);
    return {
      sent: this.sent,
      failed: this.failed,
      p50Ms: percentile(sorted, 0.5),
      p99Ms: percentile(sorted, 0.99),
      longestGapMs: Math.round(this.longestGap),
      failures: Object.fromEntries(this.reasons),
    };
  }

  private async one(url: string): Promise<void> {
    this.sent++;
    const began = performance.now();
    const { error } = await ask(url, this.agents);
    const now = performance.now();
    this.latencies.push(now - began);
    if (error === undefined) {
      this.gap(now);
      this.lastGood = now;
      return;
    }
    this.failed++;
    this.reasons.set(error, (this.reasons.get(error) ?? 0) + 1);
  }

  private gap(now: number): void {
    this.longestGap = Math.max(this.longestGap, now - (this.lastGood ?? now));
  }
}

function ask(url: string, { plain, secure }: Agents): Promise<{ error?: string }> {
  const isSecure = new URL(url).protocol === "https:";
  const get = isSecure ? https.get : http.get;
  const agent = isSecure ? secure : plain;
  return new Promise((resolve) => {
    const request = get(url, { agent, timeout: answerTimeoutMs }, (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      response.once("end", () => {
        resolve(status >= 500 ? { error: `status ${status}` } : {});
      });
      response.once("error", () => {
        resolve({ error: "cut" });
      });
    });
    request.once("timeout", () => {
      request.destroy(new Error("no answer"));
    });
    request.once("error", (error: NodeJS.ErrnoException) => {
      resolve({ error: error.code ?? error.message });
    });
  });
}

function percentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return Math.round(value * 10) / 10;
}
