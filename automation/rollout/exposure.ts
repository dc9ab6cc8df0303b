import { dockerClient, stackFilter, labels } from "../platforms/docker/client";
import { requestIn, sampleOf } from "../gates/traffic";
import type { Intended } from "../intended";
import { containerLines } from "../platforms/docker/logLines";
import type { RevisionTraffic } from "../results";
import type { Session } from "../session";
import { underway } from "./positions";

/** Longest that a busy router's log is read, in milliseconds; what was counted until then is told as such. */
const longestReadMs = 10_000;

/** Milliseconds since 1970 by this machine's clock. */
export interface Span {
  from: number;
  until: number;
}

/**
 * Counts from the router's log what real traffic met of a new revision. Its containers are gone when it has failed, so
 * their addresses are noted while they run; all others of a service are those of the revision that was there before.
 */
export class Exposure {
  private readonly router: string | undefined;
  private readonly earlier: ReadonlySet<string>;
  private readonly services: readonly string[];
  /** Service by the address of a new container. */
  private readonly fresh = new Map<string, string>();

  constructor(
    private readonly session: Pick<Session, "context" | "env" | "project" | "shortStack">,
    before: Intended,
  ) {
    const all = Object.entries(before.services ?? {});
    this.services = all.map(([name]) => name);
    this.router = all.find(([, { router }]) => router !== undefined)?.[1].router;
    const stays = underway(before).map(
      ({ service, current }) => [service, current.stable] as const,
    );
    const stable = new Map(stays.filter(([, { containers }]) => containers.length > 0));
    this.earlier = new Set(
      all.flatMap(([name, { containers }]) => stable.get(name)?.containers ?? containers),
    );
  }

  /** Notes the new containers that run now. What cannot be looked at is missing from the count, and fails nothing. */
  async note(): Promise<void> {
    if (this.router === undefined) return;
    const { env, project, shortStack } = this.session;
    const filters = stackFilter(project.name, shortStack);
    const all = await dockerClient(env)
      .listContainers({ filters })
      .catch(() => []);
    for (const {
      Names: [name = ""],
      Labels: own,
      NetworkSettings: settings,
    } of all) {
      const service = own[labels.service];
      if (own[labels.role] !== "service" || service === undefined) continue;
      if (this.earlier.has(name.replace(/^\//, ""))) continue;
      for (const { IPAddress: ip } of Object.values(settings.Networks))
        if (ip !== "") this.fresh.set(ip, service);
    }
  }

  /** What the services' requests met in a time; undefined where no new revision was seen, or none had a router. */
  async traffic(span: Span): Promise<RevisionTraffic[] | undefined> {
    const exposed = new Set(
      [...this.fresh.values()].filter((name) => this.services.includes(name)),
    );
    if (this.router === undefined || exposed.size === 0) return undefined;
    const count = new TrafficCount(this.fresh, exposed);
    const note = await this.read(this.router, span, count).catch(
      (error: unknown) =>
        `the router's log could not be read: ${error instanceof Error ? error.message : String(error)}`,
    );
    return count.told(note);
  }

  private async read(router: string, span: Span, count: TrafficCount): Promise<string | undefined> {
    const { context, env } = this.session;
    const docker = dockerClient(env);
    const skew = await clockSkew(
      () => docker.info(),
      () => context.clock.now(),
    );
    const [from, until] = [span.from + skew, span.until + skew];
    const deadline = context.clock.now() + longestReadMs;
    const { signal } = context;
    const since = (from / 1000).toFixed(3);
    for await (const { line, at } of containerLines(docker, router, {
      since,
      follow: false,
      signal,
    })) {
      count.take(line, at, until);
      if (context.clock.now() > deadline) return `counted until ${at}: the log is long`;
    }
    return undefined;
  }
}

/** Milliseconds that the daemon's clock is ahead of this machine's, to within the time of one answer. */
async function clockSkew(ask: () => Promise<unknown>, now: () => number): Promise<number> {
  const asked = now();
  const { SystemTime: time } = (await ask()) as { SystemTime?: string };
  const skew = Date.parse(time ?? "") - (asked + now()) / 2;
  // Below a second it may as well be the answer's way.
  return Number.isNaN(skew) || Math.abs(skew) < 1000 ? 0 : skew;
}

/** Sorts the lines of the router's log by service and revision. */
export class TrafficCount {
  private readonly counts: ReadonlyMap<string, Omit<RevisionTraffic, "share" | "faultShare">>;

  constructor(
    private readonly fresh: ReadonlyMap<string, string>,
    services: ReadonlySet<string>,
  ) {
    const none = { requests: 0, fresh: 0, freshFailed: 0, otherFailed: 0 };
    this.counts = new Map([...services].map((service) => [service, { service, ...none }]));
  }

  /** @param until End of the time that is counted; what the new revision still answers after it counts as well. */
  take(line: string, at: string, until: number): void {
    for (const [service, count] of this.counts) {
      const request = requestIn(line, service, at);
      if (request === undefined) continue;
      const isFresh = this.fresh.get(request.address) === service;
      const sample = sampleOf(request);
      if (sample === undefined || (!isFresh && request.at > until)) return;
      count.requests++;
      if (isFresh) count.fresh++;
      if (sample.failed) count[isFresh ? "freshFailed" : "otherFailed"]++;
      return;
    }
  }

  told(note: string | undefined): RevisionTraffic[] {
    return [...this.counts.values()].map((count) => ({
      ...count,
      share: part(count.fresh, count.requests),
      faultShare: part(count.freshFailed, count.requests),
      ...(note === undefined ? {} : { note }),
    }));
  }
}

function part(some: number, all: number): number {
  return all === 0 ? 0 : Number((some / all).toFixed(4));
}
