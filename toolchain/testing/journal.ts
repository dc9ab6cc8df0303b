import { z } from "zod";
import type { TestTime } from "./counts";

/** What scripts/mocha-reporter.cjs writes, a line each. */
const entrySchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("planned"), titles: z.array(z.string()) }),
  z.object({
    kind: z.enum(["passed", "failed", "skipped", "hook"]),
    title: z.string(),
    milliseconds: z.number(),
  }),
  z.object({ kind: z.literal("end") }),
]);

export interface Journal {
  passed: number;
  /** Titles, also of hooks. */
  failed: string[];
  skipped: string[];
  /** Titles of tests that were to run and have no result. */
  notRun: string[];
  times: TestTime[];
  hasEnded: boolean;
}

/** Reads a journal, also one that was cut short in its last line; undefined when it is none. */
export function journalOf(text: string): Journal | undefined {
  const journal: Journal = {
    passed: 0,
    failed: [],
    skipped: [],
    notRun: [],
    times: [],
    hasEnded: false,
  };
  for (const line of text.split("\n").slice(0, -1)) {
    const entry = entrySchema.safeParse(parsed(line)).data;
    if (entry === undefined) return undefined;
    if (entry.kind === "end") journal.hasEnded = true;
    else if (entry.kind === "planned") journal.notRun.push(...entry.titles);
    else note(journal, entry);
  }
  return journal;
}

interface Result extends TestTime {
  kind: "passed" | "failed" | "skipped" | "hook";
}

function note(journal: Journal, { kind, title, milliseconds }: Result): void {
  // A test that has passed may fail still, for example when it calls back twice: it is planned once.
  const planned = journal.notRun.indexOf(title);
  if (planned >= 0) journal.notRun.splice(planned, 1);
  if (kind === "passed") journal.passed++;
  else if (kind !== "hook") journal[kind].push(title);
  journal.times.push({ title, milliseconds });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
