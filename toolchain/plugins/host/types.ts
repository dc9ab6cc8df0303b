import type { PropertyMap } from "./values";

/** What every call on a resource is told. */
export interface CallContext {
  readonly urn: string;
  /** The resource's name in the program. */
  readonly name: string;
  /** The resource's type token, such as `random:index/randomId:RandomId`. */
  readonly type: string;
  /** Aborted when the engine cancels, when it drops the call, or when the call's own timeout passes. */
  readonly signal: AbortSignal;
  /** Messages to the engine about this resource. They are shown to the user: never a secret in them. */
  readonly log: ResourceLog;
}

export interface ResourceLog {
  debug(message: string): void;
  info(message: string): void;
  warning(message: string): void;
  /** Shown beside the resource while it is worked on, and then forgotten. */
  status(message: string): void;
}

export interface CheckRequest extends CallContext {
  /** The inputs of the last update as `check` returned them then; empty for a new resource. */
  readonly olds: PropertyMap;
  /** The program's inputs. */
  readonly news: PropertyMap;
  /** Determines automatic names, so that a preview and its update agree. */
  readonly randomSeed: Uint8Array;
  /** How the user wants automatic names made, where configured. */
  readonly autonaming?: {
    readonly mode: "propose" | "enforce" | "disable";
    readonly proposedName: string;
  };
}

export interface CheckFailure {
  /** The path of the wrong property, such as `ports[0].internal`. */
  readonly property: string;
  readonly reason: string;
}

export interface CheckResult {
  readonly inputs: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

export interface DiffRequest extends CallContext {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly oldState: PropertyMap;
  /** Checked inputs. */
  readonly news: PropertyMap;
  /** Property paths whose changes the user wants ignored; the engine has put the old input back already. */
  readonly ignoreChanges: readonly string[];
}

export type DiffKind =
  "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";

export interface PropertyDiff {
  readonly kind: DiffKind;
  /** Whether old inputs, rather than old state, are compared with the new inputs. */
  readonly inputDiff?: boolean;
}

export interface DiffResult {
  readonly changes: "none" | "some" | "unknown";
  /** Top-level properties (or paths) that force a replacement. */
  readonly replaces?: readonly string[];
  /** Top-level properties that changed. */
  readonly diffs?: readonly string[];
  /** Properties that never change without a replacement. */
  readonly stables?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
  /** By property path. An empty object still says that a detailed diff was made. */
  readonly detailedDiff?: Readonly<Record<string, PropertyDiff>>;
}

export interface CreateRequest extends CallContext {
  /** Checked inputs; during a preview some may be unknown. */
  readonly news: PropertyMap;
  /** Whether to only say what would come out, with unknowns where that cannot be said. */
  readonly preview: boolean;
  /** The user's `customTimeouts`, in seconds; `signal` aborts when it has passed. */
  readonly timeoutSeconds?: number;
}

export interface CreateResult {
  /** Empty only during a preview, where the id is not known yet. */
  readonly id: string;
  readonly state: PropertyMap;
}

export interface ReadRequest extends CallContext {
  readonly id: string;
  /** Recorded state; empty when the resource is being imported. */
  readonly state: PropertyMap;
  /** Recorded inputs; empty when the resource is being imported. */
  readonly inputs: PropertyMap;
}

export interface ReadResult {
  readonly id: string;
  readonly state: PropertyMap;
  readonly inputs: PropertyMap;
}

export interface UpdateRequest extends CallContext {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly oldState: PropertyMap;
  readonly news: PropertyMap;
  readonly ignoreChanges: readonly string[];
  readonly preview: boolean;
  readonly timeoutSeconds?: number;
}

export interface UpdateResult {
  readonly state: PropertyMap;
}

export interface DeleteRequest extends CallContext {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly state: PropertyMap;
  readonly timeoutSeconds?: number;
}

/**
 * One resource type. A handler that throws `ResourceInitError` after it made something has that recorded in
 * state, to be repaired or deleted by the next update; any other error means that nothing was made.
 */
export interface ResourceHandler {
  check(request: CheckRequest): CheckResult | Promise<CheckResult>;
  diff(request: DiffRequest): DiffResult | Promise<DiffResult>;
  create(request: CreateRequest): CreateResult | Promise<CreateResult>;
  /** `undefined` says that the resource is gone. */
  read(request: ReadRequest): ReadResult | undefined | Promise<ReadResult | undefined>;
  update(request: UpdateRequest): UpdateResult | Promise<UpdateResult>;
  delete(request: DeleteRequest): void | Promise<void>;
}

export interface InvokeRequest {
  readonly token: string;
  readonly args: PropertyMap;
  readonly preview: boolean;
  readonly signal: AbortSignal;
}

export interface InvokeResult {
  readonly result: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

export interface ConfigureRequest {
  /** The provider's checked configuration. */
  readonly config: PropertyMap;
}

/** A plugin: its name, and what serves each token. */
export interface Plugin {
  /** Package name, such as `random`. */
  readonly name: string;
  /** Version of the official package that it stands in for. */
  readonly version: string;
  /** Type token to handler. A type that is not here is an error that names it. */
  readonly resources: Readonly<Record<string, ResourceHandler>>;
  /** Function token to handler. A function that is not here is an error that names it. */
  readonly invokes?: Readonly<
    Record<string, (request: InvokeRequest) => InvokeResult | Promise<InvokeResult>>
  >;
  /** Schema by property of the package, JSON-serialisable. A minimal one is derived by default. */
  readonly schema?: () => Record<string, unknown>;
  /** Checks the provider's configuration. By default only `version` and such of the engine's own are accepted. */
  readonly checkConfig?: (news: PropertyMap) => CheckResult | Promise<CheckResult>;
  /** Which configuration changes would replace every resource; by default none. */
  readonly diffConfig?: (oldInputs: PropertyMap, news: PropertyMap) => DiffResult;
  readonly configure?: (request: ConfigureRequest) => void | Promise<void>;
  /**
   * Whether requests carry `Secret` wrappers. When false the engine takes them off, and marks the outputs of the
   * same name secret again, as it does for the official plugins.
   * @default false
   */
  readonly acceptSecrets?: boolean;
}
