import { UsageError } from "../errors";
import { readIntended } from "../intended";
import { mergeByTime, sinceMs } from "../logLines";
import type { LogLine } from "../logLines";
import { nearest } from "../nearest";
import type { LogsArgs } from "../operations";
import { platformOf } from "../platforms";
import type { Deployed, LogRange, LogsAdapter, LogSource } from "../platforms";
import type { LogsResult } from "../results";
import type { Session } from "../session";
import { readStack } from "./prepare";

/** Whose lines are wanted, and from where. */
interface Wanted {
  platform: LogsAdapter;
  deployed: Deployed;
  range: LogRange;
  /** One service's alone. */
  service: string | undefined;
}

/** Gives the lines of the stack's containers as events. With `follow` it ends when it is cancelled. */
export async function logs(session: Session, args: LogsArgs): Promise<LogsResult> {
  const { context, stack } = session;
  // For its secrets too: what applications print passes the redactor.
  const { state } = await readStack(session, { create: false });
  const deployed = { state, intended: readIntended(state.outputs) };
  const { logs: platform } = await platformOf(deployed);
  const range: LogRange = {
    ...(args.since === undefined ? {} : { since: sinceMs(args.since, context.clock.now()) }),
    ...(args.tail === undefined ? {} : { tail: args.tail }),
  };
  const wanted: Wanted = { platform, deployed, range, service: args.service };
  const sources = await sourcesOf(session, wanted);
  const teller = new Teller(session, sources);
  await teller.tell(mergeByTime(sources.map((source) => platform.lines(session, source, range))));
  if (args.follow === true) await follow(session, wanted, teller);
  context.check();
  return { stack, containers: teller.names, lines: teller.lines };
}

/** Follows every source from where its lines were left, and those that come later from their beginning. */
async function follow(session: Session, wanted: Wanted, teller: Teller): Promise<void> {
  const { context } = session;
  const { platform } = wanted;
  const followed = new Map<string, Promise<void>>();
  while (!context.signal.aborted) {
    for (const source of await sourcesOf(session, wanted).catch(() => [])) {
      if (followed.has(source.id)) continue;
      teller.add(source);
      const since = teller.lastOf(source.id);
      const range = since === undefined ? {} : { since: Date.parse(since) };
      // A stream ends with its container, which may be started again: then it goes on from its last line.
      const following = teller
        .tell(platform.follow(session, source, range), since)
        .catch(() => undefined)
        .finally(() => followed.delete(source.id));
      followed.set(source.id, following);
    }
    await context.clock.sleep(platform.lookAgainMs, context.signal);
  }
  await Promise.all(followed.values());
}

/** Turns lines into events, each once. */
class Teller {
  lines = 0;
  private readonly sources = new Map<string, LogSource>();
  private readonly last = new Map<string, string>();

  constructor(
    private readonly session: Session,
    sources: readonly LogSource[],
  ) {
    // With `tail: 0` nothing of the past is told: what follows begins now.
    const now = new Date(session.context.clock.now()).toISOString();
    for (const source of sources) {
      this.add(source);
      this.last.set(source.id, now);
    }
  }

  get names(): string[] {
    return [...this.sources.values()].map(({ name }) => name).sort();
  }

  add(source: LogSource): void {
    this.sources.set(source.id, source);
  }

  lastOf(id: string): string | undefined {
    return this.last.get(id);
  }

  /** @param after Lines up to this time were told already: Docker's `since` includes the moment itself. */
  async tell(lines: AsyncIterable<LogLine>, after = ""): Promise<void> {
    for await (const { container, at, stream, line } of lines) {
      const source = this.sources.get(container);
      if (source === undefined || at <= after) continue;
      this.last.set(container, at);
      this.lines++;
      const { service, name, replica } = source;
      this.session.context.emit({
        kind: "log",
        service,
        container: name,
        ...(replica === undefined ? {} : { replica }),
        stream,
        at,
        line,
      });
    }
  }
}

async function sourcesOf(
  session: Session,
  { platform, deployed, range, service }: Wanted,
): Promise<LogSource[]> {
  const sources = await platform.sources(session, deployed, range);
  if (service === undefined) return sources;
  const wanted = sources.filter((source) => source.service === service);
  if (wanted.length > 0) return wanted;
  const known = [...new Set(sources.map((source) => source.service))].sort();
  const meant = nearest(service, known);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  const list = known.length === 0 ? "the stack has no containers" : `there are ${known.join(", ")}`;
  throw new UsageError([
    { path: "service", message: `${JSON.stringify(service)} has no containers: ${list}${hint}` },
  ]);
}
