import { Option } from "commander";

import { verdictExitCodes } from "../../errors";
import { messageOption, overrideFreezeOption, updateOptions, verifyOption } from "../options";
import { renderTable } from "../render/table";
import { clean } from "../render/text";
import { duration } from "../render/time";
import { errorLines, factLines, renderVerdict, verdictLine } from "../render/verdict";
import type { ResultView, Verb } from "../verb";
import type { FeatureResult, StopResult, SwitchResult } from "../../results";

const switchOptions = (): Option[] => [
  ...updateOptions(),
  messageOption(),
  verifyOption(),
  overrideFreezeOption(),
];

const serviceArgument = (help: string) => [{ usage: "[service]", field: "service", help }] as const;

export const feature: Verb<"feature"> = {
  name: "feature",
  summary: "Switch a feature on or off, or list all of them",
  description:
    "Sets a switch in the stack's config and deploys that alone: images and the rest of the config stay those of the " +
    "release that runs. Services that know the feature are given its variables, or are started or stopped. The " +
    "switch is written into the stack's config file, so that the next `up` keeps it.",
  positional: [
    { usage: "[set]", field: "set", help: "on, off or list" },
    { usage: "[name]", field: "name", help: "the feature" },
  ],
  options: () => [
    new Option("--set <position>", "the same as the first argument"),
    new Option("--name <feature>", "the same as the second argument"),
    ...switchOptions(),
  ],
  examples: [
    ["landfall feature list", "which are there, and where do they stand?"],
    ["landfall feature off predictions -s production", "without it, in seconds"],
  ],
  group: "Deploy",
  progress: "tree",
  show: (result, view) => [
    ...(result.update === undefined ? [] : [...switchLines(result.update, view), ""]),
    ...featureLines(result, view),
  ],
  exitCode: ({ update }) => (update === undefined ? 0 : verdictExitCodes[update.verdict]),
};

export const stop: Verb<"stop"> = {
  name: "stop",
  summary: "Stop a service, or all of them",
  description:
    "Takes services to no replicas; requests under way are finished. The router answers 503 with Retry-After for them, and " +
    "databases and caches go on. They stay stopped, whatever is deployed, until `start`: the stack's config file says so.",
  positional: serviceArgument("one service (default: all of them)"),
  options: () => [new Option("--service <name>", "the same as the argument"), ...switchOptions()],
  examples: [["landfall stop api -s production", "nothing of it runs any more; the rest does"]],
  group: "Deploy",
  progress: "tree",
  show: stopLines,
  exitCode: ({ verdict }) => verdictExitCodes[verdict],
};

export const start: Verb<"start"> = {
  name: "start",
  summary: "Start what was stopped",
  description: "Gives services that `stop` has stopped their configured replicas back.",
  positional: serviceArgument("one service (default: all that are stopped)"),
  options: () => [new Option("--service <name>", "the same as the argument"), ...switchOptions()],
  examples: [["landfall start api -s production", "as many replicas as config says"]],
  group: "Deploy",
  progress: "tree",
  show: stopLines,
  exitCode: ({ verdict }) => verdictExitCodes[verdict],
};

export const readOnly: Verb<"readOnly"> = {
  name: "readOnly",
  command: "read-only",
  summary: "Have the database refuse writes, or take them again",
  description:
    "Postgres itself refuses every write of the services' role, in sessions that are open as well, and no setting of a " +
    "session gets around it; reads go on. Transactions that have written get 2 seconds to end. It outlives restarts and " +
    "updates. `off` puts every right back as it was.",
  positional: [{ usage: "[set]", field: "set", help: "on or off" }],
  options: () => [
    new Option("--set <position>", "the same as the argument"),
    new Option("--database <name>", "name of the database's component (default: the only one)"),
    messageOption(),
  ],
  examples: [["landfall read-only on -s production", "look, but do not touch"]],
  group: "Deploy",
  progress: "quiet",
  show: (result, view) => {
    const { stack, database, readOnly: on, changed, endedSessions, release, error } = result;
    const ended = endedSessions === 0 ? [] : [`${endedSessions} that were writing`];
    return [
      verdictLine(
        result.verdict,
        [
          stack,
          ...(release === undefined ? [] : [`release ${release}`]),
          duration(result.durationMs),
        ],
        view,
      ),
      ...(error ? errorLines(error, view) : []),
      ...factLines(
        [
          [database, [`${on ? "refuses writes" : "takes writes"}${changed ? "" : ", as before"}`]],
          ["sessions ended", ended],
        ],
        view,
      ),
    ];
  },
  exitCode: ({ verdict }) => verdictExitCodes[verdict],
};

function stopLines(result: StopResult, view: ResultView): string[] {
  const { affected, stopped, stack } = result;
  const names = stopped.length === 0 ? "none" : stopped.join(", ");
  return [
    ...switchLines(result, view),
    ...factLines(
      [
        ["switched", [affected.length === 0 ? "nothing: it stood so before" : affected.join(", ")]],
        ["stopped", [names, ...(stopped.length === 0 ? [] : [`landfall start -s ${stack}`])]],
      ],
      view,
    ),
  ];
}

function switchLines(result: SwitchResult, view: ResultView): string[] {
  const kept =
    result.verdict === "failed" || result.verdict === "rolled_back"
      ? "as it was before"
      : "says the same: the next up keeps it";
  return [...renderVerdict(result, view), ...factLines([[result.configFile, [kept]]], view)];
}

function featureLines({ features, stack }: FeatureResult, view: ResultView): string[] {
  if (features.length === 0) return [clean(`no service of stack "${stack}" knows a feature`)];
  const rows = features.map(({ name, on, services, enables }) => [
    name,
    { text: on ? "on" : "off", paint: on ? ("green" as const) : ("yellow" as const) },
    [...services, ...enables.map((each) => `${each} (as a whole)`)].join(", "),
  ]);
  return renderTable(["feature", "", "services"], rows, { ...view, indent: 0 });
}
