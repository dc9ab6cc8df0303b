/** The parts of the engine's own data that Landfall reads; everything else in it is left alone. */

export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  custom?: boolean;
  delete?: boolean;
  parent?: string;
  protect?: boolean;
  /** The engine forgets it instead of deleting it. */
  retainOnDelete?: boolean;
  /** URNs. */
  dependencies?: string[] | null;
  propertyDependencies?: Record<string, string[] | null> | null;
  deletedWith?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

export interface PendingOperation {
  type: "creating" | "updating" | "deleting" | "reading" | "importing";
  resource: StateResource;
}

/** The deployment inside of `pulumi stack export`. */
export interface StateDeployment {
  resources?: StateResource[] | null;
  pending_operations?: PendingOperation[] | null;
}

export interface StepMetadata {
  op: string;
  urn: string;
  type: string;
  keys?: string[] | null;
  diffs?: string[] | null;
  detailedDiff?: Record<string, unknown> | null;
  old?: { parent?: string; protect?: boolean; inputs?: Record<string, unknown> | null } | null;
  new?: { parent?: string; inputs?: Record<string, unknown> | null } | null;
}

/** One event of the engine; exactly one of the fields after `timestamp` is set. */
export interface EngineEvent {
  sequence: number;
  timestamp: number;
  cancelEvent?: object;
  stdoutEvent?: { message: string; color?: string };
  diagnosticEvent?: {
    urn?: string;
    message: string;
    severity: string;
    ephemeral?: boolean;
    streamID?: number;
  };
  policyEvent?: {
    resourceUrn?: string;
    message: string;
    policyName: string;
    policyPackName: string;
    enforcementLevel: string;
  };
  preludeEvent?: object;
  summaryEvent?: { durationSeconds?: number; resourceChanges?: Record<string, number> | null };
  resourcePreEvent?: { metadata: StepMetadata; planning?: boolean };
  resOutputsEvent?: { metadata: StepMetadata; planning?: boolean };
  resOpFailedEvent?: { metadata: StepMetadata; status?: number; steps?: number };
}
