import type { LogStream, OutputLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";

import type { LogLine } from "../../logLines";
import type { Deployed, LogRange, LogSource, LogsAdapter, PlatformEnv } from "../types";
import { clientSettings, using } from "../../../components/aws/dynamic/clients";
import { isNamed } from "../../../components/aws/dynamic/failures";
import { awsFailure } from "./failure";
import { owned, textOf } from "./resources";
import { databaseType } from "./stores";

const hourMs = 3_600_000;
/** Without `since` and `tail`: a log group holds a month, not what a container happens to have. */
const defaultRangeMs = hourMs;
/** With `tail` alone streams that wrote in this time are looked at. */
const tailRangeMs = 24 * hourMs;
/** When a stream last wrote, CloudWatch tells up to so much later. */
const slackMs = 2 * hourMs;
/** The newest streams of each log group. */
const mostStreams = 50;
const mostEvents = 10_000;
const pollMs = 2000;

/** The streams of the services' log groups, one for each task, and of what RDS exports. */
export const logs = {
  lookAgainMs: 10_000,

  async sources({ env, context }, deployed, range) {
    const now = context.clock.now();
    const from = sinceOf(range, now) - slackMs;
    const groups = groupsOf(deployed);
    const sources = await Promise.all(groups.map((group) => streamsOf(env, group, from)));
    return sources.flat();
  },

  async *lines({ env, context }, source, range) {
    const since = sinceOf(range, context.clock.now());
    const { client, stream, doing } = opened(env, source);
    try {
      const times = new Times(source.id);
      if (range.tail === undefined) {
        for await (const page of forward(client, { ...stream, startTime: since }))
          for (const event of page) yield times.line(event);
        return;
      }
      for (const event of await last(client, { ...stream, startTime: since }, range.tail))
        yield times.line(event);
    } catch (error) {
      if (!isGone(error)) throw awsFailure(error, doing);
    } finally {
      client.destroy();
    }
  },

  async *follow({ env, context }, source, { since }) {
    const { client, stream, doing } = opened(env, source);
    const times = new Times(source.id);
    let nextToken: string | undefined;
    try {
      while (!context.signal.aborted) {
        const start = since === undefined ? {} : { startTime: since };
        for await (const page of forward(client, { ...stream, ...start, nextToken }, (token) => {
          nextToken = token;
        }))
          for (const event of page) yield times.line(event);
        await context.clock.sleep(pollMs, context.signal);
      }
    } catch (error) {
      if (!isGone(error)) throw awsFailure(error, doing);
    } finally {
      client.destroy();
    }
  },
} satisfies LogsAdapter;

interface Group {
  name: string;
  region: string;
  service: string;
  /** The container whose streams need no name of their own. */
  container?: string;
}

interface Stream {
  logGroupName: string;
  logStreamName: string;
}

function groupsOf({ state, intended }: Deployed): Group[] {
  const services = Object.entries(intended.services ?? {}).flatMap(([service, { ecs }]) =>
    ecs === undefined
      ? []
      : [{ service, name: ecs.logGroup, region: ecs.region, container: ecs.container }],
  );
  const databases = owned(state, databaseType).flatMap((database): Group[] => {
    const exported = database.outputs.enabledCloudwatchLogsExports;
    const id = textOf(database, "identifier");
    if (!Array.isArray(exported) || id === undefined) return [];
    const { component: service, region } = database;
    return exported.map((log) => {
      return { service, region, name: `/aws/rds/instance/${id}/${String(log)}` };
    });
  });
  return [...services, ...databases];
}

async function streamsOf(env: PlatformEnv, group: Group, from: number): Promise<LogSource[]> {
  const { name: logGroupName, region } = group;
  try {
    const { logStreams = [] } = await using(
      new CloudWatchLogsClient(clientSettings(env, region)),
      (client) =>
        client.send(
          new DescribeLogStreamsCommand({
            logGroupName,
            orderBy: "LastEventTime",
            descending: true,
            limit: mostStreams,
          }),
        ),
    );
    return logStreams.filter((stream) => lastSign(stream) >= from).map((s) => sourceOf(group, s));
  } catch (error) {
    // A service that has never written has no group yet.
    if (isGone(error)) return [];
    throw awsFailure(error, `listing the streams of log group ${logGroupName}`);
  }
}

function lastSign({ lastEventTimestamp, lastIngestionTime, creationTime }: LogStream): number {
  return Math.max(lastEventTimestamp ?? 0, lastIngestionTime ?? 0, creationTime ?? 0);
}

/** Streams are named `<prefix>/<container>/<task id>`; RDS has its own names. */
function sourceOf(group: Group, { logStreamName = "" }: LogStream): LogSource {
  const parts = logStreamName.split("/");
  const [container, task] = parts.slice(-2);
  const short = (task ?? logStreamName).slice(0, 12);
  const name =
    parts.length < 3
      ? logStreamName
      : container === group.container
        ? short
        : `${container}/${short}`;
  return {
    id: JSON.stringify([group.region, group.name, logStreamName]),
    name,
    service: group.service,
  };
}

function opened(
  env: PlatformEnv,
  { id }: LogSource,
): { client: CloudWatchLogsClient; stream: Stream; doing: string } {
  const [region, logGroupName, logStreamName] = JSON.parse(id) as [string, string, string];
  return {
    client: new CloudWatchLogsClient(clientSettings(env, region)),
    stream: { logGroupName, logStreamName },
    doing: `reading ${logStreamName} of log group ${logGroupName}`,
  };
}

/** Pages from the beginning, until there is nothing more for now. */
async function* forward(
  client: CloudWatchLogsClient,
  { nextToken: first, ...query }: Stream & { startTime?: number; nextToken?: string | undefined },
  reached: (token: string | undefined) => void = () => undefined,
): AsyncGenerator<OutputLogEvent[], void, undefined> {
  let nextToken = first;
  for (;;) {
    const request = new GetLogEventsCommand({ ...query, nextToken, startFromHead: true });
    const { events = [], nextForwardToken } = await client.send(request);
    yield events;
    reached(nextForwardToken);
    // A page may be empty though more follow: only the same token again is the end.
    if (nextForwardToken === undefined || nextForwardToken === nextToken) return;
    nextToken = nextForwardToken;
  }
}

/** The last events, oldest first. */
async function last(
  client: CloudWatchLogsClient,
  query: Stream & { startTime: number },
  count: number,
): Promise<OutputLogEvent[]> {
  let found: OutputLogEvent[] = [];
  let nextToken: string | undefined;
  while (found.length < count) {
    const limit = Math.min(count - found.length, mostEvents);
    const request = new GetLogEventsCommand({ ...query, nextToken, limit, startFromHead: false });
    const { events = [], nextBackwardToken } = await client.send(request);
    found = [...events, ...found];
    if (nextBackwardToken === undefined || nextBackwardToken === nextToken) break;
    nextToken = nextBackwardToken;
  }
  return found.slice(-count);
}

/** Gives events of one millisecond times of their own, in their order: as many digits as other platforms' have. */
class Times {
  private before = -1;
  private nth = 0;

  constructor(private readonly container: string) {}

  line({ timestamp = 0, message = "" }: OutputLogEvent): LogLine {
    this.nth = timestamp === this.before ? this.nth + 1 : 0;
    this.before = timestamp;
    const at = new Date(timestamp)
      .toISOString()
      .replace("Z", `${String(this.nth).padStart(6, "0")}Z`);
    const { container } = this;
    // awslogs does not tell the two streams apart.
    return { container, stream: "stdout", at, line: message.replace(/\r?\n$/, "") };
  }
}

function sinceOf({ since, tail }: LogRange, now: number): number {
  return Math.round(since ?? now - (tail === undefined ? defaultRangeMs : tailRangeMs));
}

function isGone(error: unknown): boolean {
  return isNamed(error, "ResourceNotFoundException");
}
