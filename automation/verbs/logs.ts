import type Docker from "dockerode";

import { belongsTo, dockerClient, dockerError, labels, ownerOf, stackFilter } from "../docker";
import { UsageError } from "../errors";
import { containerLines, mergeByTime, sinceSeconds } from "../logLines";
import type { LogLine, LogQuery } from "../logLines";
import { nearest } from "../nearest";
import type { LogsArgs } from "../operations";
import type { LogsResult } from "../results";
import type { Session } from "../session";
import { readStack } from "./prepare";

/** How often containers that came since are looked for while following, in milliseconds. */
const lookAgainMs = 2000;

interface Source {
  id: string;
  name: string;
  service: string;
  replica?: number;
}

interface Wanted {
  /** Id of the deployment whose containers they are. */
  owner: string;
  /** One service's alone. */
  service: string | undefined;
}

/** Gives the lines of the stack's containers as events. With `follow` it ends when it is cancelled. */
export async function logs(session: Session, args: LogsArgs): Promise<LogsResult> {
  const { context, stack } = session;
  // For its secrets too: what applications print passes the redactor.
  const { state } = await readStack(session, { create: false });
  const owner = ownerOf(state);
  const docker = dockerClient(session.env);
  const sources = await sourcesOf(docker, session, { owner, service: args.service });
  const query: Omit<LogQuery, "follow"> = {
    signal: context.signal,
    ...(args.since === undefined ? {} : { since: sinceSeconds(args.since, context.clock.now()) }),
    ...(args.tail === undefined ? {} : { tail: args.tail }),
  };
  const teller = new Teller(session, sources);
  await teller.tell(
    mergeByTime(sources.map(({ id }) => containerLines(docker, id, { ...query, follow: false }))),
  );
  if (args.follow === true) await follow(docker, session, { owner, service: args.service }, teller);
  context.check();
  return { stack, containers: teller.names, lines: teller.lines };
}

/** Follows every container from where its lines were left, and those that come later from their beginning. */
async function follow(
  docker: Docker,
  session: Session,
  wanted: Wanted,
  teller: Teller,
): Promise<void> {
  const { context } = session;
  // A container may say nothing for hours.
  const patient = dockerClient(session.env, 0);
  const followed = new Map<string, Promise<void>>();
  while (!context.signal.aborted) {
    for (const source of await sourcesOf(docker, session, wanted).catch(() => [])) {
      if (followed.has(source.id)) continue;
      teller.add(source);
      const since = teller.lastOf(source.id);
      const query = {
        follow: true,
        signal: context.signal,
        ...(since === undefined ? {} : { since: String(Date.parse(since) / 1000) }),
      };
      const lines = containerLines(patient, source.id, query);
      // A stream ends with its container, which may be started again: then it goes on from its last line.
      const following = teller
        .tell(lines, since)
        .catch(() => undefined)
        .finally(() => followed.delete(source.id));
      followed.set(source.id, following);
    }
    await context.clock.sleep(lookAgainMs, context.signal);
  }
  await Promise.all(followed.values());
}

/** Turns lines into events, each once. */
class Teller {
  lines = 0;
  private readonly sources = new Map<string, Source>();
  private readonly last = new Map<string, string>();

  constructor(
    private readonly session: Session,
    sources: readonly Source[],
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

  add(source: Source): void {
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
  docker: Docker,
  session: Session,
  { owner, service }: Wanted,
): Promise<Source[]> {
  const { project, shortStack } = session;
  const filters = stackFilter(project.name, shortStack);
  const all = await docker.listContainers({ all: true, filters }).catch((error: unknown) => {
    throw dockerError(error, "listing the stack's containers");
  });
  const mine = all.filter(({ Labels: own }) => belongsTo(owner, own));
  const sources = mine.map(({ Id: id, Names: names, Labels: own }): Source => {
    const name = names[0]?.replace(/^\//, "") ?? id;
    const replica = Number(own[labels.replica]);
    return {
      id,
      name,
      service: own[labels.service] ?? own[labels.role] ?? name,
      ...(own[labels.replica] === undefined || Number.isNaN(replica) ? {} : { replica }),
    };
  });
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
