import { exitCodes } from "../../errors";
import type { DoctorCheck } from "../../results";
import type { Paint } from "../render/style";
import { clean, wrap } from "../render/text";
import type { ResultView, Verb } from "../verb";

const looks = {
  ok: ["ok", "green"],
  warning: ["warning", "yellow"],
  failed: ["failed", "red"],
} as const satisfies Record<DoctorCheck["status"], readonly [string, Paint]>;

export const doctor: Verb<"doctor"> = {
  name: "doctor",
  summary: "Check this machine, the toolchain and a stack",
  description:
    "Checks what a deployment needs: Node, the engine and its plugins, Docker, disk, ports, certificates; and with " +
    "--stack that stack's lock, state and releases. Exits with 1 when a check failed.",
  options: () => [],
  stackOnlyIfNamed: true,
  examples: [
    ["landfall doctor", "is this machine ready?"],
    ["landfall doctor -s dev", "and is the stack dev all right?"],
  ],
  group: "Mend",
  progress: "quiet",
  show: ({ checks, ok }, view) => {
    const problems = checks.filter(({ status }) => status !== "ok").length;
    const verdict = ok
      ? view.style.paint("ready", "green", "bold")
      : view.style.paint("not ready", "red", "bold");
    const count = problems === 0 ? "" : `, ${problems} of ${checks.length} checks need a look`;
    return [...checks.flatMap((check) => checkLines(check, view)), "", `${verdict}${count}`];
  },
  exitCode: ({ ok }) => (ok ? exitCodes.ok : exitCodes.failed),
};

function checkLines(
  { name, status, detail, fix }: DoctorCheck,
  { style, width }: ResultView,
): string[] {
  const [symbol, paint] = looks[status];
  const [first = "", ...more] = wrap(clean(`${name}: ${detail}`), width - 4);
  const fixes = fix === undefined ? [] : wrap(clean(`${style.symbols.arrow} ${fix}`), width - 4);
  return [
    `${style.paint(style.symbols[symbol], paint)} ${first}`,
    ...more.map((line) => `    ${line}`),
    ...fixes.map((line) => `    ${style.paint(line, "cyan")}`),
  ];
}
