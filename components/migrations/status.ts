import type { Migration, MigrationTool } from ".";

/** What a release knows of its migrations: plain data, without secrets. */
export interface MigrationPlan {
  /** Undefined where only the head was given. */
  readonly tool?: MigrationTool;
  readonly head: string;
  /** Oldest first; empty where only the head was given. */
  readonly chain: readonly Migration[];
  /** The oldest head whose code works on this head's schema, where the program says it. */
  readonly tolerates?: string;
  /** What undoes them; the head to stop at is added. */
  readonly downCommand?: readonly string[];
}

/** What a task that migrates a schema knows of it. */
export interface MigratedSchema {
  /** Name of the job. */
  job: string;
  tool: MigrationTool;
  head: string;
  /** The migrations that its image has, oldest first. */
  chain: Migration[];
  /** The oldest head whose code works on this head's schema. @default that of the newest contracting migration */
  tolerates?: string;
  /** What undoes them; the head to stop at is added. @default nothing can */
  downCommand?: string[];
}

/** The database that migrations are applied to, where it is one of the stack's own. */
export interface MigratedDatabase {
  /** Name of the component. */
  readonly component: string;
  /** Name of the database. */
  readonly name: string;
  /** Role that owns it. */
  readonly role: string;
  /** Docker: name of the server's container; AWS: identifier of the RDS instance. */
  readonly server: string;
}

/** A copy of the whole database that can be put back. */
export interface KnownBackup {
  readonly id: string;
  /** The head that the database had. */
  readonly head: string;
  /** ISO 8601. */
  readonly takenAt: string;
}

/** A copy on Docker, taken before a contracting migration: `id` names its files, without ending. */
export interface SchemaBackup extends KnownBackup {
  /** Folder of the file on the machine that deployed. */
  readonly folder: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** What became of a release's migrations. */
export interface MigrationStatus extends MigrationPlan {
  /** Id of the image that ran them, and that has the files to undo them. */
  readonly image: string;
  readonly database?: MigratedDatabase;
  /** Docker: folder of the backups on the machine that deploys, absolute or relative to the program. */
  readonly backups?: string;
  /** The copy that was taken before the last run of them that was contracting. */
  readonly backup?: KnownBackup;
  /** The last lines that they printed, without secrets. */
  readonly output: string;
}
