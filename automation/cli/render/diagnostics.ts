import type { Message, Model } from "./model";
import { clean } from "./text";
import type { VerdictView } from "./verdict";

/** How many of a failed step's own lines are shown. */
const logTail = 20;

/**
 * What was said during an operation, for after its tree: the program's words, warnings and errors. A step's own
 * words only where it failed, and there the last of them, because they tell why.
 */
export function renderDiagnostics(
  model: Model,
  view: VerdictView,
  options: { verbose?: boolean; skip?: string } = {},
): string[] {
  const failed = new Set(
    [...model.resources.values()].filter((r) => r.state === "failed").map((r) => r.urn),
  );
  const shown = clean(options.skip ?? "");
  const wanted = model.messages.filter(
    (message) =>
      !shown.includes(message.text) &&
      (options.verbose === true ||
        message.severity !== "info" ||
        isProgram(model, message) ||
        failed.has(message.urn)),
  );
  const byUrn = new Map<string, Message[]>();
  for (const message of wanted) {
    byUrn.set(message.urn, [...(byUrn.get(message.urn) ?? []), message]);
  }
  return [...byUrn].flatMap(([urn, messages]) => section(urn, messages, model, view, options));
}

function section(
  urn: string,
  messages: Message[],
  model: Model,
  view: VerdictView,
  options: { verbose?: boolean },
): string[] {
  const said = messages.filter((message) => message.severity === "info");
  const hidden = options.verbose === true ? 0 : Math.max(0, said.length - logTail);
  const dropped = new Set(said.slice(0, hidden));
  const about = model.resources.get(urn);
  const title =
    about === undefined || about.type === "Stack" ? "program" : `${about.type} ${about.name}`;
  const { style } = view;
  return [
    style.paint(title, "bold"),
    ...(hidden > 0 ? [style.paint(`  ${hidden} earlier lines are left out`, "dim")] : []),
    ...messages.filter((message) => !dropped.has(message)).flatMap((m) => messageLines(m, view)),
  ];
}

function messageLines({ severity, text }: Message, { style }: VerdictView): string[] {
  const marks = {
    info: "",
    warning: `${style.paint("warning:", "yellow")} `,
    error: `${style.paint("error:", "red")} `,
  };
  const [first = "", ...more] = clean(text).split("\n");
  return [`  ${marks[severity]}${first}`, ...more.map((line) => `    ${line}`.trimEnd())];
}

function isProgram(model: Model, { urn }: Message): boolean {
  return urn === "" || model.resources.get(urn)?.type === "Stack";
}
