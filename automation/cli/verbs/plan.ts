import type { PlanAction, PlanResult, ServicePlan } from "../../results";
import type { Paint } from "../render/style";
import { renderTable } from "../render/table";
import { clean, wrap } from "../render/text";
import type { ResultView, Verb } from "../verb";

const paints = {
  rebuild: "yellow",
  restart: "cyan",
  nothing: "green",
} as const satisfies Record<PlanAction, Paint>;

export const plan: Verb<"plan"> = {
  name: "plan",
  summary: "Tell what needs a rebuild, a restart, or nothing",
  description:
    "Compares the working tree with the release that runs, by git, by the hashes of the build contexts and by config, " +
    "and says of every service whether its image has to be built again, its containers restarted, or nothing, and why. " +
    "Runs no program and changes nothing.",
  options: () => [],
  examples: [
    ["landfall plan", "what would `landfall up` build?"],
    [
      "landfall plan --json | jq -r '.services[] | select(.action == \"rebuild\") | .service'",
      "for a script: the services whose images are built again",
    ],
  ],
  group: "Look",
  progress: "quiet",
  show: (result, view) => [
    view.style.paint(headOf(result), "dim"),
    ...renderTable(["service", "does it need"], result.services.map(rowOf), { ...view, indent: 0 }),
    ...result.services.flatMap((service) => reasonLines(service, view)),
    ...result.notes.flatMap((note) =>
      wrapped(note, view).map((line) => view.style.paint(line, "dim")),
    ),
  ],
};

function headOf({ stack, release, commit }: PlanResult): string {
  if (release === undefined) return `${stack}, compared with nothing: no release runs as intended`;
  const at = commit === undefined ? "" : ` (commit ${commit.slice(0, 12)})`;
  return `${stack}, compared with release ${release}${at}`;
}

function rowOf({ service, action }: ServicePlan) {
  return [service, { text: action, paint: paints[action] }];
}

function reasonLines({ service, reasons }: ServicePlan, view: ResultView): string[] {
  return reasons.flatMap(({ action, text }) =>
    wrapped(`${service}: ${text}`, view).map((line) => view.style.paint(line, paints[action])),
  );
}

function wrapped(text: string, { width }: ResultView): string[] {
  return wrap(clean(text), width);
}
