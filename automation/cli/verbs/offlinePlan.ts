import { Option } from "commander";

import { exitCodes } from "../../errors";
import type { OfflineChange, OfflinePlanResult, OfflineViolation } from "../../results";
import { keyInputs } from "../render/keyInputs";
import { clean, cutMiddle, wrap } from "../render/text";
import type { ResultView, Verb } from "../verb";

export const offlinePlan: Verb<"offlinePlan"> = {
  name: "offlinePlan",
  command: "plan",
  formOf: { name: "plan", flag: "offline" },
  summary: "List and draw the program's resources without engine and credentials",
  description:
    "With --offline the program is run with the stack's config, on providers that only answer: every resource is listed, " +
    "and the policies are asked. That needs no engine, no plugins, no state and no credentials.",
  options: () => [
    new Option("--save <file>", "with --offline: save the resources"),
    new Option("--diff <file>", "with --offline: tell what differs from saved ones"),
    new Option("--svg <file>", "with --offline: draw the architecture"),
  ],
  examples: [
    [
      "landfall plan --offline -s production --svg production.svg",
      "what is production made of? With a picture; exit code 6 when a policy forbids it",
    ],
    ["landfall plan --offline -s production --diff plan.json", "what have my changes come to?"],
  ],
  group: "Look",
  progress: "quiet",
  show: (result, view) => [
    ...(result.changes === undefined
      ? resourceLines(result, view)
      : changeLines(result.changes, result, view)),
    ...result.violations.flatMap((each) => violationLines(each, view)),
    ...noteLines(result, view),
    headOf(result, view),
  ],
  exitCode: ({ refused }) => (refused ? exitCodes.refused : exitCodes.ok),
};

function headOf(result: OfflinePlanResult, { style }: ResultView): string {
  const { stack, resources, violations, refused } = result;
  const broken = violations.length === 0 ? "" : `, ${violations.length} policies broken`;
  const head = `${stack}: ${resources.length} resources${broken}`;
  return refused
    ? style.paint(`${style.symbols.failed} ${head}: up would refuse`, "red", "bold")
    : style.paint(`${style.symbols.ok} ${head}`, "green", "bold");
}

/** The tree, a line each; its inputs with --verbose, else those that tell resources apart. */
function resourceLines({ resources }: OfflinePlanResult, view: ResultView): string[] {
  const depths = new Map<string, number>();
  return resources.flatMap(({ urn, type, name, parent, inputs, protect }) => {
    const depth = parent === undefined ? 0 : (depths.get(parent) ?? 0) + 1;
    depths.set(urn, depth);
    const indent = "  ".repeat(depth);
    const short = shortType(type);
    const all = Object.entries(inputs).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
    const some = keyInputs(inputs).join("  ");
    const mark = protect === true ? "  (protected)" : "";
    const line = `${indent}${short} ${view.style.paint(clean(name), "bold")}${mark}`;
    if (view.verbose) return [line, ...all.map((each) => dim(`${indent}    ${clean(each)}`, view))];
    return [some === "" ? line : `${line}  ${dim(clean(some), view)}`];
  });
}

function dim(text: string, { style, width }: ResultView): string {
  return style.paint(cutMiddle(text, width, style.symbols.ellipsis), "dim");
}

/** `aws:rds/instance:Instance` is `aws:rds:Instance`, and a dynamic resource the name of its kind. */
function shortType(type: string): string {
  return type
    .replace(/^pulumi-nodejs:dynamic\//, "")
    .replace(/^(\w+):(\w+)\/\w+:/, "$1:$2:")
    .replace(":index:", ":");
}

const looks = { added: ["+", "green"], removed: ["-", "red"], changed: ["~", "yellow"] } as const;

function changeLines(
  changes: readonly OfflineChange[],
  { resources }: OfflinePlanResult,
  view: ResultView,
): string[] {
  if (changes.length === 0) return [view.style.paint("nothing differs from the saved plan", "dim")];
  const names = new Map(
    resources.map(({ urn, type, name }) => [urn, `${shortType(type)} ${name}`]),
  );
  return changes.flatMap(({ urn, change, inputs }) => {
    const [sign, paint] = looks[change];
    const head = `${sign} ${names.get(urn) ?? nameIn(urn)}`;
    const shown = (value: unknown): string =>
      value === undefined ? "(none)" : JSON.stringify(value);
    return [
      view.style.paint(clean(head), paint),
      ...inputs.map(({ path, before, after }) =>
        clean(`    ${path}: ${shown(before)} ${view.style.symbols.arrow} ${shown(after)}`),
      ),
    ];
  });
}

/** A resource that is gone is known by its URN alone. */
function nameIn(urn: string): string {
  const [, , type = "", name = urn] = urn.replace(/^urn:pulumi:/, "").split("::");
  return `${shortType(type.split("$").at(-1) ?? "")} ${name}`;
}

function violationLines(
  { rule, level, urn, message }: OfflineViolation,
  view: ResultView,
): string[] {
  const { style, width } = view;
  const mandatory = level === "mandatory";
  const symbol = mandatory ? style.symbols.failed : style.symbols.warning;
  return wrap(clean(`${symbol} ${rule} (${level}): ${nameIn(urn)}: ${message}`), width).map(
    (line) => style.paint(line, mandatory ? "red" : "yellow"),
  );
}

function noteLines(
  { placeholders, notes, saved, svg }: OfflinePlanResult,
  view: ResultView,
): string[] {
  const all = [
    ...(placeholders.length === 0
      ? []
      : [`encrypted, so that a placeholder stands in: ${placeholders.join(", ")}`]),
    ...notes,
    ...(saved === undefined ? [] : [`saved to ${saved}`]),
    ...(svg === undefined ? [] : [`drawn in ${svg}`]),
  ];
  return all.flatMap((note) =>
    wrap(clean(note), view.width).map((line) => view.style.paint(line, "dim")),
  );
}
