import { containerLines } from "../platforms/docker/logLines";
import type { Answer } from "./answer";
import { isJson, jsonOf } from "./answer";
import { Asker, isRequestPath } from "./ask";
import type { Member } from "./daemon";
import { Daemon, GateFailure } from "./daemon";
import type { Finding } from "./index";
import type { Difference } from "./json";
import { differenceOf } from "./json";
import { requestIn } from "./traffic";
import type { GateIo, GateSpec, GateSubject } from "./types";

type ShadowSpec = Extract<GateSpec, { type: "shadow" }>;

const mostExamples = 5;
/** Copies of real requests that wait to be asked, at most: the newest. */
const mostWaiting = 200;
const crashLookMs = 2000;

interface Example extends Difference {
  path: string;
}

interface Counts {
  compared: number;
  different: number;
  /** Where the old revision does not even give the same answer twice. */
  unsteady: number;
  copied: number;
}

/** Asks fresh and stable set the same, compares the answers and throws them away. */
export async function shadow(spec: ShadowSpec, subject: GateSubject, io: GateIo): Promise<Finding> {
  const daemon = await Daemon.open(subject, io);
  if (daemon.stable.length === 0) {
    return { passed: true, reason: "there is no old revision to compare with", measured: {} };
  }
  const run = new Shadowing(daemon, spec, subject, io);
  await run.toTheEnd();
  return run.finding();
}

class Shadowing {
  private readonly counts: Counts = { compared: 0, different: 0, unsteady: 0, copied: 0 };
  private readonly examples: Example[] = [];
  private readonly queue: string[] = [];

  constructor(
    private readonly daemon: Daemon,
    private readonly spec: ShadowSpec,
    private readonly subject: GateSubject,
    private readonly io: GateIo,
  ) {}

  async toTheEnd(): Promise<void> {
    const { daemon, subject, io } = this;
    const over = new AbortController();
    const signal = AbortSignal.any([io.signal, over.signal]);
    // A log that cannot be followed leaves the declared paths.
    const listening = this.listen(signal).catch(() => undefined);
    try {
      await Asker.with(daemon, subject.port, io.signal, (asker) => this.ask(asker));
    } finally {
      over.abort();
      await listening;
    }
  }

  finding(): Finding {
    const { compared, different, unsteady, copied } = this.counts;
    const { differences, requests } = this.spec;
    const measured = { ...this.counts, requestsWanted: requests, examples: this.examples };
    if (compared === 0) {
      const why =
        unsteady > 0
          ? "the old revision's own answers differ each time: name in `ignore` what always differs"
          : "no answer came from either revision";
      return { passed: false, reason: `nothing could be compared: ${why}`, measured };
    }
    const share = different / compared;
    const passed = share <= differences;
    const [first] = this.examples;
    const where =
      first &&
      ` (GET ${first.path}: ${first.at || "the whole"} is ${first.fresh}, was ${first.stable})`;
    const reason = [
      `${different} of ${compared} answers differ from the old revision's, allowed are ${Number((differences * 100).toFixed(2))} %${where ?? ""}`,
      `${copied} of the requests were copied from real traffic`,
      ...(unsteady > 0
        ? [`${unsteady} more could not be compared, the old revision's own answers differ`]
        : []),
      ...(compared + unsteady < requests ? [`${requests} were wanted`] : []),
    ].join("; ");
    return { passed, reason, measured };
  }

  /** Spread over half of the window, so that real traffic has time to come by. */
  private async ask(asker: Asker): Promise<void> {
    const { daemon, spec, io } = this;
    const deadline = io.clock.now() + spec.windowMs;
    const pauseMs = spec.windowMs / 2 / spec.requests;
    let look = io.clock.now() + crashLookMs;
    for (let turn = 0; turn < spec.requests && io.clock.now() < deadline; turn++) {
      if (io.signal.aborted) return;
      const next = io.clock.now() + pauseMs;
      const path = this.nextPath(turn);
      if (path === undefined) await io.clock.sleep(Math.max(50, pauseMs), io.signal);
      else await this.compare(asker, path, turn);
      if (io.clock.now() >= look) {
        const crash = await daemon.crash();
        if (crash !== undefined) throw new GateFailure(crash, { ...this.counts });
        look = io.clock.now() + crashLookMs;
      }
      await io.clock.sleep(Math.max(0, next - io.clock.now()), io.signal);
    }
  }

  /** Each declared path once, then what real traffic asks, and the declared ones again while there is none. */
  private nextPath(turn: number): string | undefined {
    const { paths } = this.spec;
    const copied = turn < paths.length ? undefined : this.queue.shift();
    if (copied === undefined) return paths[turn % paths.length];
    this.counts.copied++;
    return copied;
  }

  private async compare(asker: Asker, path: string, turn: number): Promise<void> {
    const { fresh, stable } = this.daemon;
    const [own, other] = [memberAt(fresh, turn), memberAt(stable, turn)];
    const [a, b] = [await asker.get(own, path), await asker.get(other, path)];
    if (a === undefined && b === undefined) return;
    const difference = answersDiffer(a, b, this.spec.ignore);
    if (difference !== undefined) {
      // An answer that changes by itself, such as one with the time in it, tells nothing of the new revision.
      const again = await asker.get(other, path);
      if (b !== undefined && answersDiffer(again, b, this.spec.ignore) !== undefined) {
        this.counts.unsteady++;
        return;
      }
      this.counts.different++;
      if (this.examples.length < mostExamples) {
        this.examples.push({ path: own.redact(other.redact(path)), ...difference });
      }
    }
    this.counts.compared++;
  }

  private async listen(signal: AbortSignal): Promise<void> {
    const { patient, router } = this.daemon;
    for await (const { line, at } of containerLines(patient, router, {
      tail: 0,
      follow: true,
      signal,
    })) {
      const request = requestIn(line, this.subject.service, at);
      if (request?.method !== "GET" || !isRequestPath(request.path)) continue;
      this.queue.push(request.path);
      if (this.queue.length > mostWaiting) this.queue.shift();
    }
  }
}

/** How two answers differ; headers are left out but for the kind of content: dates and ids always differ. */
export function answersDiffer(
  fresh: Answer | undefined,
  stable: Answer | undefined,
  ignore: readonly string[],
): Difference | undefined {
  const status = (answer: Answer | undefined): string =>
    answer === undefined ? "no answer" : String(answer.status);
  if (fresh === undefined || stable === undefined || fresh.status !== stable.status) {
    const [a, b] = [status(fresh), status(stable)];
    return a === b ? undefined : { at: "status", fresh: a, stable: b };
  }
  if (fresh.contentType !== stable.contentType) {
    return { at: "content-type", fresh: fresh.contentType, stable: stable.contentType };
  }
  const [a, b] = isJson(fresh) ? [jsonOf(fresh), jsonOf(stable)] : [];
  if (a !== undefined && b !== undefined) return differenceOf(a, b, ignore);
  if (fresh.body.equals(stable.body)) return undefined;
  const size = ({ body }: Answer): string => `a body of ${body.length} bytes`;
  return { at: "", fresh: size(fresh), stable: size(stable) };
}

function memberAt(members: readonly Member[], turn: number): Member {
  const member = members[turn % members.length];
  if (member === undefined) throw new GateFailure("there is no container to ask");
  return member;
}
