import type { ErrorInfo } from "../../errors";
import type {
  ImageOutcome,
  RollbackResult,
  RolloutReport,
  ServiceObservation,
  UpResult,
  Verdict,
} from "../../results";
import { countsText } from "./ops";
import { recoveryText } from "./recovery";
import { renderTable } from "./table";
import type { Paint, Style } from "./style";
import { clean, pad, wrap } from "./text";
import { duration } from "./time";

export interface VerdictView {
  style: Style;
  width: number;
}

const looks: Record<Verdict, { symbol: "ok" | "failed" | "warning"; paint: Paint; word: string }> =
  {
    deployed: { symbol: "ok", paint: "green", word: "deployed" },
    unchanged: { symbol: "ok", paint: "green", word: "unchanged" },
    rolled_back: { symbol: "warning", paint: "yellow", word: "rolled back" },
    failed: { symbol: "failed", paint: "red", word: "failed" },
    unverified: { symbol: "warning", paint: "yellow", word: "unverified" },
  };

/** The block that ends an `up` or a `rollback`: what is really running now, and what to do next. */
export function renderVerdict(result: UpResult | RollbackResult, view: VerdictView): string[] {
  const release = result.release === undefined ? [] : [`release ${result.release}`];
  return [
    verdictLine(result.verdict, [result.stack, ...release, duration(result.durationMs)], view),
    ...(result.error ? errorLines(result.error, view) : []),
    ...serviceLines(result.services, view),
    ...factLines(facts(result), view),
  ];
}

/** "✔ deployed  dev · release 7 · 14.2s" */
export function verdictLine(verdict: Verdict, details: string[], { style }: VerdictView): string {
  const { symbol, paint, word } = looks[verdict];
  const dot = style.paint(style.symbols.dot, "dim");
  const head = style.paint(`${style.symbols[symbol]} ${word}`, paint, "bold");
  return `${head}  ${details.map(clean).join(` ${dot} `)}`;
}

/** An error for people: its message, all of its problems, and what to do. */
export function errorLines(error: ErrorInfo, { style, width }: VerdictView): string[] {
  const text = (message: string): string[] =>
    wrap(clean(message).trimEnd(), width - 4).map((line) => `  ${line}`);
  const missing = (error.problems ?? []).filter(({ message }) => !error.message.includes(message));
  const problems = missing.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  return [
    ...text(error.message),
    ...problems.flatMap((problem) => text(`  ${problem}`)),
    ...text(`${style.symbols.arrow} ${error.fix}`).map((line) => style.paint(line, "cyan")),
  ];
}

/** The table of services: what was intended, and how much of it was observed. */
export function serviceLines(services: readonly ServiceObservation[], view: VerdictView): string[] {
  if (services.length === 0) return [];
  const rows = services.map(({ service, state, intended, containers }) => {
    const running = containers.filter((container) => container.state === "running").length;
    const paint =
      state === "matches"
        ? "green"
        : state === "differs" || state === "rolled_back"
          ? "red"
          : "yellow";
    const seen = state === "unknown" && containers.length === 0 ? "?" : String(running);
    const replicas = { text: `${seen}/${intended.replicas}`, paint } as const;
    return [service, intended.image, shortDigest(intended.digest), intended.revision, replicas];
  });
  const reasons = services.flatMap(({ service, reasons }) =>
    reasons.map((r) => `${service}: ${r}`),
  );
  const headings = ["service", "image", "digest", "revision", "replicas"];
  return [
    "",
    ...renderTable(headings, rows, view),
    ...reasons.flatMap((reason) =>
      wrap(clean(reason), view.width - 4).map((line) => `  ${view.style.paint(line, "yellow")}`),
    ),
  ];
}

/** Named facts in two columns; a fact with several values takes a line for each. */
export function factLines(
  facts: readonly (readonly [name: string, values: readonly string[]])[],
  view: VerdictView,
): string[] {
  const shown = facts.filter(([, values]) => values.length > 0);
  if (shown.length === 0) return [];
  const width = Math.max(...shown.map(([name]) => name.length));
  const lines = shown.flatMap(([name, values]) =>
    values
      .flatMap((value) => wrap(clean(value), Math.max(20, view.width - width - 5)))
      .map((line, at) => `  ${view.style.paint(pad(at === 0 ? name : "", width), "dim")}  ${line}`),
  );
  return ["", ...lines];
}

function facts(result: UpResult | RollbackResult): [string, string[]][] {
  const told = result.error?.message ?? "";
  const probes = result.probes.filter((probe) => !probe.ok && !told.includes(probe.url));
  return [
    ["urls", urlTexts(result.urls)],
    ["changes", [countsText(result.changes, false)]],
    ["built", result.images.flatMap(builtText)],
    ["not built", keptText(result.images)],
    ["phases", [result.phases.map((p) => `${p.phase} ${duration(p.durationMs)}`).join(", ")]],
    ["rolled back", rolledBackText(result)],
    ["traffic", trafficTexts(result)],
    ["probe load", loadText(result)],
    ["recovered", result.recovered.map(recoveryText)],
    ["unverified", result.unverified],
    ["no answer", probes.map((p) => `${p.name} ${p.url}: ${p.reason ?? p.status ?? "no answer"}`)],
    ["next", next(result)],
  ];
}

/** "api: config names shared/a.proto": why it was built is only said where its own files do not tell. */
function builtText({ service, state, reason }: ImageOutcome): string[] {
  if (state !== "built") return [];
  return [reason === undefined ? service : `${service}: ${reason}`];
}

function keptText(images: readonly ImageOutcome[]): string[] {
  const kept = images.filter(({ state }) => state === "kept").map(({ service }) => service);
  return kept.length === 0 ? [] : [`${kept.join(", ")}: nothing of the image has changed`];
}

function rolledBackText({ rolledBack }: UpResult): string[] {
  if (rolledBack === undefined) return [];
  const { to, exposedMs, durationMs } = rolledBack;
  const exposed =
    exposedMs === 0
      ? "nothing was ever switched to the new revision"
      : `the new revision had traffic for ${duration(exposedMs)}`;
  return [`to release ${to} in ${duration(durationMs)}; ${exposed}`];
}

/** What the small load of requests met under which an update ran. */
export function loadText({ load }: RolloutReport): string[] {
  if (load === undefined) return [];
  const { sent, failed, p50Ms, p99Ms, longestGapMs } = load;
  return [
    `${sent} requests, ${failed} failed; p50 ${p50Ms} ms, p99 ${p99Ms} ms, longest gap ${longestGapMs} ms`,
  ];
}

/** What real traffic met of a new revision, a line for each service. */
export function trafficTexts({ traffic = [] }: RolloutReport): string[] {
  return traffic.map(({ service, requests, fresh, freshFailed, otherFailed, ...rest }) => {
    const { share, faultShare, note } = rest;
    const met = `${freshFailed} of them failed (${percent(faultShare)} of all)`;
    const others = otherFailed === 0 ? "" : `, and ${otherFailed} elsewhere`;
    const text = `${service}: the new revision got ${fresh} of ${requests} requests (${percent(share)}), ${met}${others}`;
    return note === undefined ? text : `${text}; ${note}`;
  });
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

/** "webUrl  http://127.0.0.1:8080" */
export function urlTexts(urls: Readonly<Record<string, string>>): string[] {
  const width = Math.max(0, ...Object.keys(urls).map((name) => name.length));
  return Object.entries(urls).map(([name, url]) => `${pad(name, width)}  ${url}`);
}

function next({ verdict, release, stack }: UpResult): string[] {
  const on = `-s ${stack}`;
  switch (verdict) {
    case "deployed":
      return release !== undefined && release > 1
        ? [`landfall status ${on}`, `landfall rollback ${on}   to go back`]
        : [`landfall status ${on}`, `landfall logs ${on} --follow`];
    case "unchanged":
      return [];
    case "failed":
      return [`landfall logs ${on} --tail 50`, `landfall status ${on}`];
    case "rolled_back":
      return [`landfall status ${on}`, `landfall history ${on}`];
    case "unverified":
      return [`landfall verify ${on}`];
  }
}

/** An image id as people compare it: `sha256:3f2a91bc04de…` is `3f2a91bc04de`. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, "").slice(0, 12);
}
