/** One line of a log. */
export interface LogLine {
  /** Id of its source: a container, a task. */
  container: string;
  stream: "stdout" | "stderr";
  /** The platform's own time stamp, in ISO 8601: sorts as text among those of one platform. */
  at: string;
  line: string;
}

/** Joins the lines of several sources by time. Holds one line of each, however long the logs are. */
export async function* mergeByTime(
  sources: readonly AsyncGenerator<LogLine, void, undefined>[],
): AsyncGenerator<LogLine, void, undefined> {
  const heads = await Promise.all(
    sources.map(async (source) => ({ source, next: await source.next() })),
  );
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.next.done === true) continue;
      if (first?.next.done !== false || head.next.value.at < first.next.value.at) first = head;
    }
    if (first?.next.done !== false) return;
    yield first.next.value;
    first.next = await first.source.next();
  }
}

/** The moment that a duration before now or a time stands for, in milliseconds since 1970. */
export function sinceMs(text: string, now: number): number {
  const duration = /^(\d+(?:\.\d+)?)(s|m|h|d)$/.exec(text);
  if (!duration) return Date.parse(text);
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400 }[duration[2] as "s" | "m" | "h" | "d"];
  return now - Number(duration[1]) * seconds * 1000;
}
