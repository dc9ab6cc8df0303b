import { Option } from "commander";

import { countsText } from "../render/ops";
import { number } from "../options";
import { commitText, kindText, otherFacts, stateCell } from "../render/release";
import { renderTable } from "../render/table";
import { clean, wrap } from "../render/text";
import { duration, moment } from "../render/time";
import {
  errorLines,
  factLines,
  loadText,
  serviceLines,
  shortDigest,
  trafficTexts,
} from "../render/verdict";
import type { ResultView, Verb } from "../verb";
import type { ReleaseDetails, ShowResult } from "../../results";

export const show: Verb<"show"> = {
  name: "show",
  summary: "Show everything about a release",
  description:
    "Shows who made a release, when and from what, how it ended and what was observed: images, services, probes, gates, " +
    "and its copy of the config, in which secrets stand as [secret].",
  positional: [
    {
      usage: "[release]",
      field: "release",
      help: "number of the release (default: the newest)",
      parse: number,
    },
  ],
  options: () => [new Option("--release <number>", "the same as the argument").argParser(number)],
  examples: [
    ["landfall show", "how did the newest release end, and why?"],
    ["landfall show 7 --json | jq .config", "the config of release 7"],
  ],
  group: "Look",
  progress: "quiet",
  show: (result, view) => {
    const { release } = result;
    return [
      headLine(result, view),
      ...(release.error ? errorLines(release.error, view) : []),
      ...factLines([...facts(release), ...otherFacts(release)], view),
      ...serviceLines(release.services, view),
      ...imageLines(release, view),
      ...probeLines(release, view),
      ...rolloutLines(release, view),
      ...configLines(result, view),
    ];
  },
};

function headLine({ release, current, stack }: ShowResult, { style }: ResultView): string {
  const { text, paint } = stateCell(release.state);
  const dot = ` ${style.paint(style.symbols.dot, "dim")} `;
  const kind =
    release.kind === "promote"
      ? `promotion of ${kindText(release)}`
      : kindText(release) || release.kind;
  const parts = [stack, kind, ...(current ? ["the release that runs"] : [])].map(clean);
  const name = style.paint(`release ${release.number}`, "bold");
  return `${name}  ${style.paint(text, paint, "bold")}  ${parts.join(dot)}`;
}

function facts(release: ReleaseDetails): [name: string, values: string[]][] {
  const { program, changes, settled, freezeOverride, plan, rolledBack, process } = release;
  const { startedAt, finishedAt, durationMs, by } = release;
  const some = (text: string | undefined): string[] =>
    text === undefined || text === "" ? [] : [text];
  const took = durationMs === undefined ? "" : ` (${duration(durationMs)})`;
  const from = by.host === process.host ? "" : ` on ${process.host}`;
  return [
    ["message", some(release.message)],
    ["started", [`${moment(startedAt)} by ${by.user}@${by.host}, process ${process.pid}${from}`]],
    ["finished", finishedAt === undefined ? [] : [`${moment(finishedAt)}${took}`]],
    [
      "settled",
      settled === undefined
        ? []
        : [
            `${moment(settled.at)} by ${settled.by.user}@${settled.by.host}: was ${settled.was}; ${settled.detail}`,
          ],
    ],
    ["commit", some(commitText(program) + (program.dirty === true ? " with changes" : ""))],
    ["lockfile", some(program.lockfile && shortDigest(program.lockfile))],
    ["migrations", release.migrationHead === undefined ? [] : [`at ${release.migrationHead}`]],
    ["changes", changes === undefined ? [] : [countsText(changes, false)]],
    [
      "rolled back",
      rolledBack === undefined
        ? []
        : [
            `to release ${rolledBack.to} in ${duration(rolledBack.durationMs)}; traffic was on the new one for ${duration(rolledBack.exposedMs)}`,
          ],
    ],
    ["freeze", freezeOverride === undefined ? [] : [`overridden: ${freezeOverride.reason}`]],
    [
      "data loss",
      (release.allowedDataLoss ?? []).map(({ urn, holds }) => `allowed: ${urn}, ${holds}`),
    ],
    ["plan", plan === undefined ? [] : [`saved ${moment(plan.createdAt)}`]],
  ];
}

/** Where services were not observed, the images that they were to run. */
function imageLines({ services, images }: ReleaseDetails, view: ResultView): string[] {
  const rows = Object.entries(images)
    .filter(([name]) => !services.some(({ service }) => service === name))
    .map(([name, { image, digest, revision }]) => [name, image, shortDigest(digest), revision]);
  if (rows.length === 0) return [];
  return ["", ...renderTable(["service", "image", "digest", "revision"], rows, view)];
}

function probeLines({ probes }: ReleaseDetails, view: ResultView): string[] {
  if (probes.length === 0) return [];
  const rows = probes.map(({ name, url, ok, status, latencyMs, reason }) => [
    name,
    url,
    { text: String(status ?? "none"), paint: ok ? ("green" as const) : ("red" as const) },
    latencyMs === undefined ? "" : `${Math.round(latencyMs)} ms`,
    reason ?? "",
  ]);
  return ["", ...renderTable(["probe", "url", "answer", "took", ""], rows, view)];
}

function rolloutLines(
  { steps = [], gates = [], ...rest }: ReleaseDetails,
  view: ResultView,
): string[] {
  const walked = steps.flatMap(({ services }, at) =>
    services.map(({ service, strategy, phase, of, weight, revision }) => [
      String(at + 1),
      service,
      strategy,
      `${phase}/${of}`,
      `${weight} %`,
      revision,
    ]),
  );
  const headings = ["step", "service", "strategy", "phase", "traffic", "revision"];
  return [
    ...(walked.length === 0 ? [] : ["", ...renderTable(headings, walked, view)]),
    ...gateLines(gates, view),
    ...factLines(
      [
        ["traffic", trafficTexts(rest)],
        ["probe load", loadText(rest)],
      ],
      view,
    ),
  ];
}

/** Each gate with its whole evidence: a table would cut it. */
function gateLines(gates: NonNullable<ReleaseDetails["gates"]>, view: ResultView): string[] {
  const { style, width } = view;
  const { symbols } = style;
  const lines = gates.flatMap(({ gate, service, moment: when, weight, passed, reason }) => {
    const symbol = passed ? style.paint(symbols.ok, "green") : style.paint(symbols.failed, "red");
    const text = `${service} ${gate}, ${when} the switch, at ${weight} % of the traffic: ${reason}`;
    const [first = "", ...rest] = wrap(clean(text), Math.max(20, width - 6));
    return [`  ${symbol} ${first}`, ...rest.map((line) => `    ${line}`)];
  });
  return lines.length === 0 ? [] : ["", style.paint("gates", "bold"), ...lines];
}

function configLines({ config }: ShowResult, view: ResultView): string[] {
  if (config.length === 0) return [];
  const entries = config.map(({ key, value }) => [key, [value === "" ? '""' : value]] as const);
  return ["", view.style.paint("config", "bold"), ...factLines(entries, view).slice(1)];
}
