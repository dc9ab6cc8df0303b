import { yesOption } from "../options";
import type { Verb } from "../verb";
import { recoveryText } from "../render/recovery";
import { clean } from "../render/text";

export const cancel: Verb<"cancel"> = {
  name: "cancel",
  summary: "Free the lock of an update that died or has to stop",
  description:
    "Frees the stack's lock. An update that is still at work loses it and may leave the stack half changed, so " +
    "this asks first at a terminal; anywhere else it needs --yes.",
  options: () => [yesOption()],
  examples: [["landfall cancel -s dev --yes", "free the lock that a killed update left"]],
  group: "Mend",
  progress: "quiet",
  question: ({ stack }) => `This takes the lock of stack "${stack}" from whoever holds it.`,
  show: ({ stack, freed, recovered }, { style }) => {
    const bullet = style.paint(style.symbols.ok, "green");
    if (freed.length === 0) return [`stack "${stack}" was not locked`];
    return [
      ...freed.map(({ owner, since }) =>
        clean(
          `${bullet} freed the lock of ${owner}${since === undefined ? "" : `, held since ${since}`}`,
        ),
      ),
      ...recovered.map((action) => `${bullet} ${clean(recoveryText(action))}`),
    ];
  },
};
