import { moment } from "../render/time";
import { duration } from "../render/time";
import { renderTable } from "../render/table";
import type { Cell } from "../render/table";
import type { Paint } from "../render/style";
import { clean } from "../render/text";
import { factLines, shortDigest, urlTexts } from "../render/verdict";
import type { ServiceStatusReport, StatusResult } from "../../results";
import type { Verb } from "../verb";
import { freezeText } from "./freeze";

const paints = {
  up: "green",
  degraded: "yellow",
  down: "red",
  stopped: "dim",
  unknown: "yellow",
} as const satisfies Record<ServiceStatusReport["state"], Paint>;

export const status: Verb<"status"> = {
  name: "status",
  summary: "Show services, replicas, health and the last release",
  description: "Shows what is running now, beside what should be.",
  options: () => [],
  examples: [
    ["landfall status", "how is the stack dev?"],
    ["landfall status --json | jq '.services[].state'", "for a script"],
  ],
  group: "Look",
  progress: "quiet",
  show: (result, view) => {
    const headings = [
      "service",
      "state",
      "replicas",
      "image",
      "digest",
      "revision",
      "uptime",
      "url",
    ];
    const table = renderTable(headings, result.services.map(rowOf), { ...view, indent: 0 });
    const reasons = result.services.flatMap(({ service, reasons: why }) =>
      why.map((reason) => view.style.paint(clean(`${service}: ${reason}`), "yellow")),
    );
    return [
      ...(result.services.length > 0 ? table : [`nothing is running in stack "${result.stack}"`]),
      ...reasons,
      ...factLines(facts(result), view),
    ];
  },
};

function alarmTexts({ alarms }: StatusResult): string[] {
  if (alarms === undefined) return [];
  if (alarms.raised.length === 0) return [`all ${alarms.total} are quiet`];
  return alarms.raised.map(({ name, state, reason, since }) =>
    clean(`${name}: ${state}${since === undefined ? "" : ` since ${moment(since)}`}: ${reason}`),
  );
}

function rowOf(report: ServiceStatusReport): Cell[] {
  const { service, state, intended, replicas, url, exposure } = report;
  const running = replicas.filter((replica) => replica.state === "running");
  const healthy = running.filter(({ health }) => health === undefined || health === "healthy");
  const uptimes = running.flatMap(({ uptimeSeconds }) => uptimeSeconds ?? []);
  return [
    service,
    { text: stateText(report), paint: paints[state] },
    `${healthy.length}/${intended?.replicas ?? replicas.length}`,
    intended?.image ?? "",
    shortDigest(intended?.digest ?? replicas[0]?.digest ?? ""),
    intended?.revision ?? "",
    uptimes.length > 0 ? duration(Math.min(...uptimes) * 1000) : "",
    url ?? (exposure === "internal" ? "internal" : ""),
  ];
}

function stateText({ state, inactive, readOnly }: ServiceStatusReport): string {
  if (readOnly === true) return `${state}, read-only`;
  if (state !== "stopped" || inactive?.feature === undefined) return state;
  return `stopped: feature ${inactive.feature} is off`;
}

function facts(result: StatusResult): [string, string[]][] {
  const { release, lock, freeze, pendingOperations: pending } = result;
  const last =
    release &&
    `${release.number}, ${release.state.replace("_", " ")}, ${moment(release.startedAt)}`;
  const held = lock && `held by ${lock.owner}${lock.stale ? ", which is dead" : ""}`;
  const left = `${pending} left by an update that was killed: landfall refresh -s ${result.stack}`;
  return [
    ["urls", urlTexts(result.urls)],
    ["alarms", alarmTexts(result)],
    ["release", last === undefined ? [] : [last]],
    ["resources", [String(result.resources)]],
    ["lock", held === undefined ? [] : [held]],
    ["frozen", freeze === undefined ? [] : [freezeText(freeze)]],
    ["pending", pending > 0 ? [left] : []],
  ];
}
