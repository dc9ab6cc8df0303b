/** A resource as the program describes it. */
export interface OfflineResource {
  urn: string;
  type: string;
  name: string;
  /** URN of the component that it is part of. */
  parent?: string;
  /** What the provider is given; a secret is `[secret]`, and documents of JSON are read. */
  inputs: Record<string, unknown>;
  /** Whether it is protected against deletion and replacement. */
  protect?: true;
  /** URNs of the resources that it is made after. */
  dependsOn: string[];
}

/** A rule of the policy pack that a resource breaks. */
export interface OfflineViolation {
  rule: string;
  level: "mandatory" | "advisory";
  urn: string;
  message: string;
}

/** A resource of one of two plans, or of both and not the same. */
export interface OfflineChange {
  urn: string;
  change: "added" | "removed" | "changed";
  /** Inputs that differ, by their path; of resources that are in both plans. */
  inputs: { path: string; before?: unknown; after?: unknown }[];
}

export interface OfflinePlanResult {
  stack: string;
  project: string;
  /** Parents before children, siblings by type and name. */
  resources: OfflineResource[];
  violations: OfflineViolation[];
  /** Whether a mandatory rule is broken: then `up` would refuse. */
  refused: boolean;
  /** Keys of config whose values are encrypted: placeholders stood in for them. */
  placeholders: string[];
  /** What differs from the plan that was saved, where one was named. */
  changes?: OfflineChange[];
  /** Files that were written. */
  saved?: string;
  svg?: string;
  /** What is to be known beside the list. */
  notes: string[];
}

/** What the process that runs the program is told. */
export interface OfflineRequest {
  project: string;
  stack: string;
  /** The program: a file, or a folder with a package. */
  program: string;
  /** Folder of the project. */
  dir: string;
  config: Record<string, string>;
  secretKeys: string[];
  /** Whether the rules of the package are asked. */
  policies: boolean;
}

/** What it answers. */
export type OfflineAnswer =
  | { ok: true; resources: OfflineResource[]; violations: OfflineViolation[] }
  /** `kind`: whose mistake it is. */
  | { ok: false; kind: "config" | "program"; message: string };
