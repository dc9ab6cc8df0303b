import { verdictExitCodes } from "../../errors";
import { verifyOption } from "../options";
import { duration } from "../render/time";
import { errorLines, factLines, serviceLines, urlTexts, verdictLine } from "../render/verdict";
import { settledText } from "../render/recovery";
import type { Verb } from "../verb";

export const verify: Verb<"verify"> = {
  name: "verify",
  summary: "Compare what is running with what was deployed",
  description:
    "Asks the platform what is really running and probes the public routes, without changing anything. A release that was left without a verdict, unverified or interrupted, gets it.",
  options: () => [verifyOption()],
  examples: [["landfall verify -s production", "is what runs what was deployed?"]],
  group: "Look",
  progress: "tree",
  show: (result, view) => [
    verdictLine(result.verdict, [result.stack, duration(result.durationMs)], view),
    ...(result.error ? errorLines(result.error, view) : []),
    ...serviceLines(result.services, view),
    ...factLines(
      [
        ["urls", urlTexts(result.urls)],
        ["unverified", result.unverified],
        ["settled", result.settled.map(settledText)],
      ],
      view,
    ),
  ],
  exitCode: (result) => verdictExitCodes[result.verdict],
};
