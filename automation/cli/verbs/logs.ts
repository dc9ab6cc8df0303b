import { Option } from "commander";

import { number } from "../options";
import type { Paint } from "../render/style";
import { clean } from "../render/text";
import { moment } from "../render/time";
import type { Verb } from "../verb";

const paints: readonly Paint[] = ["cyan", "green", "yellow", "magenta", "blue"];

export const logs: Verb<"logs"> = {
  name: "logs",
  summary: "Show the logs of the stack's containers",
  description:
    "Prints the lines of all services, or of one, each with its time and the container that wrote it. " +
    "With --json the document holds them as `entries`; with --follow and --json each line is a document of its own.",
  positional: [
    {
      usage: "[service]",
      field: "service",
      help: "one service, `postgres` or `redis` (default: all of them)",
    },
  ],
  options: () => [
    new Option("--service <name>", "the same as the argument"),
    new Option("-f, --follow", "stay, and show new lines as they come"),
    new Option("--since <when>", "not older than 90s, 10m, 2h, 1d or a time in ISO 8601"),
    new Option("--tail <lines>", "only the last lines of each container").argParser(number),
  ],
  examples: [
    ["landfall logs api --since 10m", "what the api wrote in the last ten minutes"],
    ["landfall logs --follow --tail 0", "everything that is written from now on"],
  ],
  group: "Look",
  progress: "stream",
  line: (event, { style }) => {
    if (event.kind !== "log") return undefined;
    const { service, replica } = event;
    const who = clean(replica === undefined ? service : `${service}.${replica}`);
    const sum = Buffer.from(service).reduce((total, byte) => total + byte, 0);
    const paint = paints[sum % paints.length] ?? "cyan";
    const text = clean(event.line);
    const said = event.stream === "stderr" ? style.paint(text, "yellow") : text;
    return `${style.paint(moment(event.at), "dim")} ${style.paint(who, paint)} ${said}`;
  },
  show: (result) => (result.containers.length === 0 ? ["no containers to read logs of"] : []),
};
