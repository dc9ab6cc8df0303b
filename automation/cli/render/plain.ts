import type { DeployEvent } from "../../events";
import { gateText, isShown, probeText, reduce, rolloutText } from "./model";
import type { Message, Model, Resource } from "./model";
import { lookOf, symbolOf } from "./ops";
import { recoveryText } from "./recovery";
import type { Style } from "./style";
import { clean, lastLine, pad } from "./text";
import { duration } from "./time";

export interface PlainOptions {
  style: Style;
  /** Also what stays the same and every progress line. @default false */
  verbose?: boolean;
}

/** Takes an event into the model and gives the lines that a log without a terminal gets for it. */
export function plainLines(model: Model, event: DeployEvent, options: PlainOptions): string[] {
  const before = model.messages.length;
  const waited = model.waiting;
  const seen = event.kind === "resource" && model.resources.get(event.urn)?.settled === true;
  reduce(model, event);
  const said = model.messages.slice(before).filter((message) => isWanted(message, options));
  const lines = said.length > 0 ? said.flatMap((m) => messageLines(m, options)) : own();
  const at = pad(duration(Date.parse(event.time) - model.startedAt), 7, "right");
  return lines.map((line) => `${options.style.paint(at, "dim")}  ${line}`);

  function own(): string[] {
    switch (event.kind) {
      case "phase":
        return event.state === "started" ? [options.style.paint(event.phase, "bold")] : [];
      case "resource":
        return resourceLines(model.resources.get(event.urn), seen, event, options);
      case "diagnostic":
        return options.verbose && event.ephemeral ? [`  ${lastLine(event.message)}`] : [];
      case "lock":
        return waited === "" && model.waiting !== "" ? [model.waiting] : [];
      case "recovery":
        return [clean(recoveryText(event))];
      case "service":
        return event.state === "matches" && !options.verbose
          ? []
          : [
              clean(
                [
                  `service ${event.service} ${event.state.replace("_", " ")}`,
                  ...event.reasons,
                ].join("; "),
              ),
            ];
      case "probe":
        return [clean(probeText(event))];
      case "rollout":
        return [clean(rolloutText(event))];
      case "gate":
        return event.state === "progress" && !options.verbose ? [] : [clean(gateText(event))];
      default:
        return [];
    }
  }
}

/** The lines that tell a reader of a quiet log that something still goes on. */
export function stillRunning(model: Model, now: number, style: Style): string[] {
  const at = style.paint(pad(duration(now - model.startedAt), 7, "right"), "dim");
  const status =
    model.status === "" ? [] : [`${at}    ${model.phase ?? "still at it"}: ${model.status}`];
  const running = [...model.resources.values()].filter((r) => isShown(r) && r.state === "running");
  const lines = running.map((resource) => {
    const doing = lookOf(resource.op)?.doing ?? "working";
    const last = resource.status === "" ? "" : `: ${resource.status}`;
    const since = duration(now - resource.startedAt);
    return `${at}    still ${doing} ${label(resource)} (${since})${last}`;
  });
  return [...status, ...lines];
}

/** Milliseconds below which a duration says nothing. */
const instant = 50;

function resourceLines(
  resource: Resource | undefined,
  again: boolean,
  event: Extract<DeployEvent, { kind: "resource" }>,
  { style, verbose }: PlainOptions,
): string[] {
  if (!resource || (!isShown(resource) && !verbose)) return [];
  const look = lookOf(event.op);
  if (event.state === "failed") {
    const verb = look?.verb ?? "step";
    return [
      `${style.paint(style.symbols.failed, "red")} ${label(resource)} ${verb} failed${took(event)}`,
    ];
  }
  // A start is not worth a line: stillRunning tells of what takes long. A replacement's logical step takes no time.
  if (event.state === "started" || (again && (event.durationMs ?? 0) < instant)) return [];
  if (!look) return [`  ${label(resource)} same`];
  const symbol = style.paint(symbolOf(look, style.unicode), look.paint);
  const keys = event.keys.length > 0 ? ` [${clean(event.keys.join(", "))}]` : "";
  const done = event.planned ? `to ${look.verb}` : look.done;
  return [`${symbol} ${label(resource)} ${done}${keys}${event.planned ? "" : took(event)}`];
}

function took(event: { durationMs?: number }): string {
  const ms = event.durationMs ?? 0;
  return ms < instant ? "" : ` in ${duration(ms)}`;
}

function messageLines(message: Message, { style }: PlainOptions): string[] {
  const marks = {
    info: " ",
    warning: style.paint("warning:", "yellow"),
    error: style.paint("error:", "red"),
  };
  const [first = "", ...more] = message.text.split("\n");
  return [`${marks[message.severity]} ${first}`, ...more.map((line) => `    ${line}`)];
}

/** A step's own words are wanted on a failure, the program's always. */
function isWanted(message: Message, { verbose }: PlainOptions): boolean {
  return verbose === true || message.severity !== "info" || message.urn === "";
}

function label({ type, name }: Resource): string {
  return `${type} ${name}`;
}
