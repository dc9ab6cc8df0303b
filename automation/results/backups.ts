/** A copy of a whole database. */
export interface DatabaseBackup {
  id: string;
  /** ISO 8601. */
  takenAt: string;
  /** Bytes; undefined where the platform does not say. */
  size?: number;
  /** Where it is: a folder, a region. */
  place: string;
}

export interface BackupResult {
  stack: string;
  /** Name of the database's component. */
  database: string;
  /** The one that was taken; undefined where they were only listed. */
  taken?: DatabaseBackup;
  /** All that are there, the newest first. */
  backups: DatabaseBackup[];
  durationMs: number;
}

export interface RestoreResult {
  stack: string;
  database: string;
  /** The one that was put back. */
  backup: DatabaseBackup;
  /** Name under which the database stays as it was. */
  kept: string;
  durationMs: number;
}
