import type {
  DeployEvent,
  DiagnosticEvent,
  GateEvent,
  PhaseName,
  ResourceEvent,
  ResourceOp,
  RolloutEvent,
} from "../../events";
import { lookOf } from "./ops";
import { recoveryText } from "./recovery";
import { clean, lastLine } from "./text";

/** One resource of the operation, as it is seen so far. Times are milliseconds since the epoch. */
export interface Resource {
  urn: string;
  name: string;
  type: string;
  parent: string;
  op: ResourceOp;
  state: "running" | "done" | "failed";
  planned: boolean;
  keys: string[];
  startedAt: number;
  endedAt: number | undefined;
  /** Steps that have begun and not ended: a replacement has several. */
  open: number;
  /** Whether a step of it has ended already. */
  settled: boolean;
  /** The last line of what it is doing, while it does it. */
  status: string;
}

/** Something worth one line that is no resource: a probe, a recovery, a service that differs. */
export interface Note {
  tone: "good" | "bad" | "neutral";
  text: string;
}

/** A message for the user, kept until the end. */
export interface Message {
  severity: DiagnosticEvent["severity"];
  text: string;
  /** The resource that it is about; empty where there is none. */
  urn: string;
}

/** Everything that is known about an operation under way. */
export interface Model {
  title: string;
  startedAt: number;
  phase: PhaseName | undefined;
  /** The last line of a step that is no resource's: of the set-up, for one. */
  status: string;
  /** What the operation waits for, where it does: a lock. */
  waiting: string;
  resources: Map<string, Resource>;
  notes: Note[];
  messages: Message[];
}

/** An empty model; `title` names the operation and the stack. */
export function createModel(title: string, startedAt: number): Model {
  return {
    ...{ title, startedAt, phase: undefined, status: "", waiting: "" },
    ...{ resources: new Map<string, Resource>(), notes: [], messages: [] },
  };
}

/** Takes one event into the model. */
export function reduce(model: Model, event: DeployEvent): void {
  switch (event.kind) {
    case "phase":
      if (event.state === "started") model.phase = event.phase;
      model.status = "";
      return;
    case "resource":
      resource(model, event);
      return;
    case "diagnostic":
      diagnostic(model, event);
      return;
    case "policy":
      keep(model, {
        severity: event.level === "mandatory" ? "error" : "warning",
        text: `${event.pack} ${event.policy}: ${event.message}`,
        urn: event.urn ?? "",
      });
      return;
    case "lock":
      model.waiting = event.state === "waiting" ? lockText(event) : "";
      return;
    case "recovery":
      note(model, "neutral", recoveryText(event));
      return;
    case "service":
      if (event.state !== "matches") {
        note(
          model,
          "bad",
          `${event.service} ${event.state.replace("_", " ")}: ${event.reasons.join("; ")}`,
        );
      }
      return;
    case "probe":
      note(model, event.ok ? "good" : "bad", probeText(event));
      return;
    case "rollout":
      note(model, "neutral", rolloutText(event));
      return;
    case "gate":
      if (event.state === "asked" || event.state === "progress") model.status = gateText(event);
      else note(model, event.state === "passed" ? "good" : "bad", gateText(event));
      return;
    case "log":
    case "summary":
      return;
  }
}

/** "api: step 2 of 4, 25 % of the traffic on 1f3a…, the rest on 9c0e…" */
export function rolloutText(event: RolloutEvent): string {
  const { service, phase, of, weight, revision, stable } = event;
  const rest = weight < 100 ? `the rest on ${stable}` : `${stable} is kept beside it`;
  return `${service}: step ${phase} of ${of}, ${weight} % of the traffic on ${revision}, ${rest}`;
}

/** "api gate slo passed: …" */
export function gateText({ service, gate, state, message }: GateEvent): string {
  return `${service} gate ${gate} ${state === "progress" ? "is asked" : state}: ${message}`;
}

function resource(model: Model, event: ResourceEvent): void {
  const at = Date.parse(event.time);
  const known = model.resources.get(event.urn) ?? added(model, event, at);
  known.op = merged(known.op, event.op);
  if (event.keys.length > 0) known.keys = event.keys;
  known.status = "";
  if (event.state === "started") {
    known.open += 1;
    known.endedAt = undefined;
    if (known.state === "done") known.state = "running";
    return;
  }
  known.settled = true;
  known.open = Math.max(0, known.open - 1);
  if (event.state === "failed") known.state = "failed";
  else if (known.state === "running" && known.open === 0) known.state = "done";
  if (known.open === 0) known.endedAt = at;
}

function added(model: Model, event: ResourceEvent, at: number): Resource {
  const created: Resource = {
    ...{ urn: event.urn, name: clean(event.name), type: shortType(event.type) },
    ...{ parent: event.parent ?? "", op: event.op, state: "running", planned: event.planned },
    ...{ keys: event.keys, startedAt: at - (event.durationMs ?? 0), endedAt: undefined },
    ...{ open: 0, settled: false, status: "" },
  };
  model.resources.set(event.urn, created);
  return created;
}

/** What several steps on one resource amount to: a replacement has steps of other kinds in it. */
function merged(before: ResourceOp, now: ResourceOp): ResourceOp {
  if (before === "replace" || now === "replace") return "replace";
  // A refresh begins as one and ends as what it found.
  return now === "same" && before !== "refresh" ? before : now;
}

function diagnostic(model: Model, event: DiagnosticEvent): void {
  const about = model.resources.get(event.urn ?? "");
  if (about?.state === "running" && event.severity === "info")
    about.status = lastLine(event.message) || about.status;
  if (event.ephemeral) {
    if (event.urn === undefined) model.status = lastLine(event.message) || model.status;
    return;
  }
  keep(model, { severity: event.severity, text: event.message, urn: event.urn ?? "" });
}

function keep(model: Model, message: Message): void {
  const text = clean(message.text).trimEnd();
  const known = model.messages.some((m) => m.text === text && m.urn === message.urn);
  const [, ending] = /^(?:update|preview|refresh|destroy) (failed|canceled)$/.exec(text) ?? [];
  // The engine's closing words say nothing once it has said why; that it was cancelled is the result.
  const why = model.messages.some(({ severity }) => severity === "error");
  if (ending === "canceled" || (ending === "failed" && why)) return;
  if (text !== "" && !known) model.messages.push({ ...message, text });
}

function note(model: Model, tone: Note["tone"], text: string): void {
  const line = clean(text).replace(/\s+/g, " ").trim();
  if (!model.notes.some((n) => n.text === line)) model.notes.push({ tone, text: line });
}

function lockText(event: Extract<DeployEvent, { kind: "lock" }>): string {
  const left = `${Math.ceil(event.remainingSeconds)}s left`;
  return clean(`waiting for the lock of ${event.holder} (${left})`);
}

/** "probe web http://127.0.0.1:8080/: 200 in 12 ms", or why it did not answer. */
export function probeText(event: Omit<Extract<DeployEvent, { kind: "probe" }>, "kind">): string {
  const took = event.latencyMs === undefined ? "" : ` in ${Math.round(event.latencyMs)} ms`;
  const answer = event.status === undefined ? "no answer" : `${event.status}${took}`;
  const why = event.ok || event.reason === undefined ? "" : ` (${event.reason})`;
  const tries = event.attempts > 1 ? `, ${event.attempts} attempts` : "";
  return `probe ${event.name} ${event.url}: ${answer}${tries}${why}`;
}

/** The type as people say it: `docker:index/container:Container` is a `Container`. */
export function shortType(type: string): string {
  const provider = /^pulumi:providers:(.+)$/.exec(type);
  if (provider) return clean(`provider ${provider[1] ?? ""}`);
  return clean(type.split(/[:/]/).at(-1) ?? type);
}

/** Whether this is a line of its own: no stack, no provider and nothing that stays the same, unless it failed. */
export function isShown(resource: Resource): boolean {
  if (resource.state === "failed") return true;
  if (lookOf(resource.op) === undefined) return false;
  return resource.type !== "Stack" && !resource.type.startsWith("provider ");
}
