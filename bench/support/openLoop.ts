import * as http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface OpenLoopRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface OpenLoopResult {
  /** Milliseconds from when each request was due, which counts what a late answer holds up. */
  readonly latencies: readonly number[];
  readonly failures: readonly string[];
}

/** Sends requests at a fixed rate, whether or not earlier ones have been answered, on keep-alive connections. */
export async function openLoop(
  request: OpenLoopRequest,
  perSecond: number,
  seconds: number,
  signal: AbortSignal,
): Promise<OpenLoopResult> {
  const agent = new http.Agent({ keepAlive: true });
  const latencies: number[] = [];
  const failures: string[] = [];
  const answers: Promise<void>[] = [];
  const started = performance.now();
  for (let index = 0; index < perSecond * seconds; index++) {
    const due = started + (index * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early, undefined, { signal });
    answers.push(
      ask(request, agent).then(
        () => void latencies.push(performance.now() - due),
        (error: unknown) => void failures.push(String(error)),
      ),
    );
  }
  await Promise.all(answers);
  agent.destroy();
  return { latencies, failures };
}

function ask({ url, method, headers, body }: OpenLoopRequest, agent: http.Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent, method, headers, timeout: 10_000 }, (response) => {
      response.resume();
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`status ${response.statusCode ?? 0}`));
      });
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 10 s")));
    request.on("error", reject);
    request.end(body);
  });
}
