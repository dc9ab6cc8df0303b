import type { RegistryLogin } from "../images/login";
import type { StackState } from "../engine/state";
import type { Intended, IntendedService } from "../intended";
import type { LogLine } from "../logLines";
import type {
  DatabaseBackup,
  DoctorCheck,
  PrunedImage,
  RecoveryAction,
  ReleaseImage,
  ServiceObservation,
  StatusResult,
} from "../results";
import type { KnownBackup } from "../../components/migrations/status";
import type { MigratingTask, ReleaseMigrations } from "../migrations/tasks";
import type { ReleaseRecord } from "../release";
import type { Session } from "../session";

/** How schemas are brought back to where an earlier release's code works with them. */
export interface MigrationsAdapter {
  /** What the database says; undefined where it cannot be asked. */
  head(
    session: PlatformSession,
    migrations: ReleaseMigrations,
  ): Promise<{ head: string | undefined } | undefined>;
  /** Copies from before migrations that can be put back. */
  backups(
    session: PlatformSession,
    state: Pick<StackState, "resources">,
    migrations: ReleaseMigrations,
  ): Promise<KnownBackup[]>;
  /**
   * Runs what undoes migrations: with the files of the migrations that are to be undone, and the environment of the last run.
   * @returns the last lines that it printed
   */
  undo(session: PlatformSession, deployed: Deployed, undoing: Undoing): Promise<string>;
  /** Puts a copy in the database's place. @returns the name under which the database stays as it was */
  restore(
    session: PlatformSession,
    deployed: Deployed,
    migrations: ReleaseMigrations,
    backup: KnownBackup,
  ): Promise<string>;
}

/** Migrations that are undone. */
export interface Undoing {
  job: string;
  ran: MigratingTask;
  /** The migrations that led to where the schema is, and the image that has their files. */
  migrations: ReleaseMigrations;
  command: string[];
  /** The head that they stop at. */
  downTo: string;
}

/** What platforms are asked with. */
export interface PlatformSession extends Pick<Session, "context" | "project" | "shortStack"> {
  readonly env: PlatformEnv;
}

/** The environment that the operation was given; what of it names an account or a daemon is the platform's to know. */
export type PlatformEnv = Readonly<Record<string, string | undefined>>;

/** A stack as it was deployed last. */
export interface Deployed {
  state: StackState;
  intended: Intended;
}

/** How services are looked at. It never trusts the engine: it asks the platform. */
export interface ObserveAdapter {
  /** Milliseconds after which what is not right yet is looked at again. */
  readonly betweenMs: number;
  /** Looks at every service. @throws LandfallError when the platform does not answer */
  observe(
    session: Pick<PlatformSession, "env">,
    services: Readonly<Record<string, IntendedService>>,
  ): Promise<ServiceObservation[]>;
}

export interface StatusAdapter {
  /** Services, databases and caches as they are now. A platform that does not answer is a reason in them, no error. */
  report(
    session: PlatformSession,
    deployed: Deployed,
  ): Promise<Pick<StatusResult, "services"> & Partial<StatusResult>>;
}

/** Something that writes a log: a container, a task, a database. */
export interface LogSource {
  id: string;
  name: string;
  service: string;
  replica?: number;
}

export interface LogRange {
  /** Milliseconds since 1970; lines of that moment are included. @default the platform's */
  since?: number;
  /** Only the last lines of each source. @default all */
  tail?: number;
}

/** How logs are read. Each line names its source by id. */
export interface LogsAdapter {
  /** How often sources that came since are looked for while following, in milliseconds. */
  readonly lookAgainMs: number;
  sources(session: PlatformSession, deployed: Deployed, range: LogRange): Promise<LogSource[]>;
  /** Lines that are there, oldest first. */
  lines(
    session: PlatformSession,
    source: LogSource,
    range: LogRange,
  ): AsyncGenerator<LogLine, void, undefined>;
  /** Lines as they come, until the source or the operation ends. */
  follow(
    session: PlatformSession,
    source: LogSource,
    range: Pick<LogRange, "since">,
  ): AsyncGenerator<LogLine, void, undefined>;
}

/** A database server of the stack. */
export interface DatabaseServer {
  /** Name of its component. */
  database: string;
  /** What the platform calls it. */
  name: string;
}

/** How a database is made to refuse writes. */
export interface ReadOnlyAdapter {
  databases(session: PlatformSession, deployed: Deployed): Promise<DatabaseServer[]>;
  access(session: PlatformSession, deployed: Deployed, server: DatabaseServer): DatabaseAccess;
}

export interface DatabaseAccess {
  isClosed(): Promise<boolean>;
  /** Has it refuse writes, and tells how many sessions were ended for it. */
  close(): Promise<number>;
  /** Has it take writes again, with every right as it was. */
  open(): Promise<void>;
  /** What keeps the services' own role from writing, or from not writing; undefined where all is as it should be. */
  objection(shouldBeClosed: boolean): Promise<string | undefined>;
}

export interface PruneSubject extends Deployed {
  /** Address below which the stack's builds are pushed; empty for none. */
  registry: string;
  /** How many good releases keep their images. */
  keep: number;
  releases: readonly ReleaseRecord[];
}

/** How whole databases are copied, and put back. */
export interface BackupsAdapter {
  databases(session: PlatformSession, deployed: Deployed): Promise<DatabaseServer[]>;
  /** Copies that are there, the newest first. */
  list(
    session: PlatformSession,
    deployed: Deployed,
    server: DatabaseServer,
  ): Promise<DatabaseBackup[]>;
  take(
    session: PlatformSession,
    deployed: Deployed,
    server: DatabaseServer,
  ): Promise<DatabaseBackup>;
  /** Puts one in the database's place. @returns the name under which the database stays as it was */
  restore(
    session: PlatformSession,
    deployed: Deployed,
    server: DatabaseServer,
    backup: DatabaseBackup,
  ): Promise<string>;
}

/** What is done with the images that releases ran. */
export interface ImagesAdapter {
  /** Those of these images that the platform cannot run any more, by service. */
  missing(
    session: Pick<PlatformSession, "env">,
    images: Readonly<Record<string, Pick<ReleaseImage, "image" | "digest" | "repoDigest">>>,
  ): Promise<string[]>;
  /**
   * Brings images to the platform by their digests. Absent where it pulls by itself what a registry has.
   * @param wanted Image id by `name@sha256:…`.
   * @throws LandfallError `registry`
   */
  readonly pull?: (
    session: PlatformSession,
    wanted: ReadonlyMap<string, string>,
    login: RegistryLogin | undefined,
  ) => Promise<void>;
  /**
   * Config by which a release's tasks are run as they were registered, for those that still are. Absent where a platform
   * registers nothing.
   */
  taskPins?(
    session: Pick<PlatformSession, "env">,
    deployed: Deployed,
    images: Readonly<Record<string, ReleaseImage>>,
  ): Promise<Record<string, string>>;
  /**
   * Sees to it that what these releases need to run again, and no other's, outlives a clean-up of the platform: images, and
   * what is registered for them.
   */
  keep?(
    session: PlatformSession,
    deployed: Deployed,
    releases: readonly Pick<ReleaseRecord, "images">[],
  ): Promise<void>;
  /** The stack's images that nothing needs any more. */
  prunable(session: PlatformSession, subject: PruneSubject): Promise<PrunedImage[]>;
  /** Removes one of them. Why not, where the platform does not let it go. */
  remove(session: PlatformSession, image: PrunedImage): Promise<string | undefined>;
}

/** What an update that was killed may have left beside the state. */
export interface LeftoversAdapter {
  /** Resources whose half-made form is either nothing at all or found and removed here. */
  readonly mendable: readonly RegExp[];
  /** Removes what belongs to the deployment and is not in its state, one-off tasks aside. */
  removeUnrecorded(
    session: PlatformSession,
    state: StackState,
    owner: string,
  ): Promise<RecoveryAction[]>;
  /** Id of the deployment that the stack's objects belong to. */
  ownerOf(state: Pick<StackState, "resources">): string;
  /** Removes what outlives the resources of a stack on purpose, once all of them are deleted. Absent where nothing does. */
  removeRest?(session: Pick<PlatformSession, "env">, before: Deployed): Promise<void>;
}

/** A stack to be diagnosed, which need not have been deployed yet. */
export interface DoctorSubject extends Deployed {
  /** Value of a key of its config. */
  readonly setting: (key: string) => string | undefined;
}

/** What of a platform a diagnosis of a stack looks at. */
export interface DoctorAdapter {
  check(session: PlatformSession, deployed: DoctorSubject): Promise<DoctorCheck[]>;
}

/** Everything that the SDK asks of a platform; each part is one file in its folder. */
export interface Platform {
  readonly observe: ObserveAdapter;
  readonly status: StatusAdapter;
  readonly logs: LogsAdapter;
  readonly readOnly: ReadOnlyAdapter;
  readonly images: ImagesAdapter;
  readonly backups: BackupsAdapter;
  readonly migrations: MigrationsAdapter;
  readonly leftovers: LeftoversAdapter;
  readonly doctor: DoctorAdapter;
}
