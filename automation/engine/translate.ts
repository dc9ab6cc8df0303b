import type { Diagnostic, EventBody, ResourceOp } from "../events";
import type { Changes, ResourceChange } from "../results";
import type { EngineEvent, StepMetadata } from "./types";
import { parseUrn } from "./urn";

/**
 * Turns the engine's events into Landfall's, and keeps what they add up to. It is not taken for the whole truth:
 * events may be missing (a killed engine sends no summary), so the deployer compares it with history and state.
 */
export class EventTranslator {
  readonly diagnostics: Diagnostic[] = [];
  readonly failures: { urn: string; op: string; parent?: string }[] = [];
  readonly policies: { policy: string; message: string; urn?: string }[] = [];
  /** Whether the engine got as far as its resources: before that nothing can have changed. */
  began = false;
  private readonly changed = new Map<string, ResourceChange>();
  private readonly unchanged = new Set<string>();
  private readonly startedAt = new Map<string, number>();
  private summary: Changes | undefined;

  constructor(private readonly now: () => number) {}

  /** The events that one of the engine's becomes: usually one, sometimes none. */
  translate(event: EngineEvent): EventBody[] {
    if (event.preludeEvent) this.began = true;
    if (event.diagnosticEvent) return this.diagnostic(event.diagnosticEvent);
    if (event.policyEvent) return this.policy(event.policyEvent);
    if (event.resourcePreEvent)
      return this.step(event.resourcePreEvent.metadata, "started", event.resourcePreEvent.planning);
    if (event.resOutputsEvent)
      return this.step(event.resOutputsEvent.metadata, "done", event.resOutputsEvent.planning);
    if (event.resOpFailedEvent) return this.failed(event.resOpFailedEvent.metadata);
    if (event.summaryEvent) return this.summarised(event.summaryEvent);
    return [];
  }

  /** What happened: the engine's summary where there was one, else counted. */
  get changes(): Changes {
    return this.summary ?? countChanges(this.resources, this.unchanged.size);
  }

  /** Whether the engine told its own counts. */
  get hasSummary(): boolean {
    return this.summary !== undefined;
  }

  get resources(): ResourceChange[] {
    return [...this.changed.values()];
  }

  private diagnostic(event: NonNullable<EngineEvent["diagnosticEvent"]>): EventBody[] {
    const message = plain(event.message).trimEnd();
    const ephemeral = event.ephemeral === true;
    if (message === "" || event.severity === "debug") return [];
    const severity =
      event.severity === "error" || event.severity === "warning" ? event.severity : "info";
    const diagnostic: Diagnostic = { severity, message, ...(event.urn ? { urn: event.urn } : {}) };
    if (!ephemeral) this.diagnostics.push(diagnostic);
    return [{ kind: "diagnostic", ephemeral, ...diagnostic }];
  }

  private policy(event: NonNullable<EngineEvent["policyEvent"]>): EventBody[] {
    const level = event.enforcementLevel === "mandatory" ? "mandatory" : "warning";
    const message = plain(event.message).trim();
    const about = event.resourceUrn ? { urn: event.resourceUrn } : {};
    if (level === "mandatory") this.policies.push({ policy: event.policyName, message, ...about });
    return [
      {
        kind: "policy",
        policy: event.policyName,
        pack: event.policyPackName,
        level,
        message,
        ...about,
      },
    ];
  }

  private step(
    metadata: StepMetadata,
    state: "started" | "done",
    planning: boolean | undefined,
  ): EventBody[] {
    this.began = true;
    const op = operation(metadata.op);
    if (op === undefined) return [];
    const { urn } = metadata;
    const previous = this.changed.get(urn);
    if (metadata.type.startsWith("pulumi:providers:")) return [];
    if (op !== "same" && op !== "refresh" && op !== "read") {
      // A replacement is a creation and a deletion of one URN: it stays a replacement.
      if (previous?.op !== "replace") this.changed.set(urn, change(metadata, op));
      this.unchanged.delete(urn);
    } else if (op === "same" && !previous) this.unchanged.add(urn);
    if (state === "started") this.startedAt.set(urn, this.now());
    return [this.event(metadata, op, state, planning === true)];
  }

  private failed(metadata: StepMetadata): EventBody[] {
    const parent = parentOf(metadata);
    this.failures.push({ urn: metadata.urn, op: metadata.op, ...(parent ? { parent } : {}) });
    const op = operation(metadata.op) ?? "update";
    this.changed.delete(metadata.urn);
    return [this.event(metadata, op, "failed", false)];
  }

  private event(
    metadata: StepMetadata,
    op: ResourceOp,
    state: "started" | "done" | "failed",
    planned: boolean,
  ): EventBody {
    const { urn } = metadata;
    const { type, name } = parseUrn(urn);
    const parent = parentOf(metadata);
    const startedAt = this.startedAt.get(urn);
    return {
      kind: "resource",
      urn,
      type,
      name,
      ...(parent ? { parent } : {}),
      op,
      state,
      keys: keysOf(metadata),
      planned,
      ...(state !== "started" && startedAt !== undefined
        ? { durationMs: Math.round(this.now() - startedAt) }
        : {}),
    };
  }

  private summarised(event: NonNullable<EngineEvent["summaryEvent"]>): EventBody[] {
    this.summary = changesOf(event.resourceChanges ?? {});
    const durationMs = (event.durationSeconds ?? 0) * 1000;
    return [{ kind: "summary", changes: this.summary, durationMs }];
  }
}

/** The engine's counts by step in Landfall's terms. */
export function changesOf(counts: Readonly<Record<string, number | undefined>>): Changes {
  const sum = (...ops: string[]): number => ops.reduce((total, op) => total + (counts[op] ?? 0), 0);
  return {
    create: sum("create", "import"),
    update: sum("update"),
    replace: sum("replace", "import-replacement"),
    delete: sum("delete"),
    same: sum("same"),
  };
}

export function isUnchanged(changes: Changes): boolean {
  return changes.create + changes.update + changes.replace + changes.delete === 0;
}

export const noChanges: Changes = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };

function countChanges(resources: readonly ResourceChange[], same: number): Changes {
  const count = (op: ResourceChange["op"]): number => resources.filter((r) => r.op === op).length;
  return {
    create: count("create") + count("import"),
    update: count("update"),
    replace: count("replace"),
    delete: count("delete"),
    same,
  };
}

const operations: Record<string, ResourceOp> = {
  same: "same",
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "discard-replaced": "replace",
  read: "read",
  "read-replacement": "read",
  "read-discard": "read",
  refresh: "refresh",
  import: "import",
  "import-replacement": "replace",
};

function operation(op: string): ResourceOp | undefined {
  return operations[op];
}

function change(metadata: StepMetadata, op: ResourceChange["op"]): ResourceChange {
  const { type, name } = parseUrn(metadata.urn);
  return { urn: metadata.urn, type, name, op, keys: keysOf(metadata) };
}

function parentOf(metadata: StepMetadata): string | undefined {
  return metadata.new?.parent ?? metadata.old?.parent;
}

function keysOf({ diffs, keys, detailedDiff }: StepMetadata): string[] {
  const detailed = Object.keys(detailedDiff ?? {});
  return [...new Set(detailed.length > 0 ? detailed : [...(diffs ?? []), ...(keys ?? [])])];
}

/** The engine marks colours up as `<{%reset%}>`; terminals get ANSI sequences from programs themselves. */
export function plain(text: string): string {
  return text
    .replace(/<\{%[^%]*%\}>/g, "")
    .replace(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, "g"), "");
}
