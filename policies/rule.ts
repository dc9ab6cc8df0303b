import type { Subject } from "./subject";

/** What rules are told beside the resource. */
export interface Declared {
  /** Where and how data is backed up, by the volume's name (the resource's). */
  backups: Readonly<Record<string, unknown>>;
  /** Whether the stack is one that must not break: then what makes it last is asked for as well. @default false */
  production?: boolean;
}

/** One rule: pure, and asked of every resource. */
export interface Rule {
  name: string;
  description: string;
  fix: string;
  /** What breaks it, one sentence each; never a value that may be secret. */
  check: (subject: Subject, declared: Declared) => string[];
}
