import { Option } from "commander";

import { allowDataLossOption, number, overrideFreezeOption } from "../options";
import { renderTable } from "../render/table";
import { duration } from "../render/time";
import { clean } from "../render/text";
import type { Verb } from "../verb";

const waitOption = (): Option =>
  new Option("--wait <seconds>", "wait for a lock that an update holds (default: 0)").argParser(
    number,
  );

const databaseOption = (): Option =>
  new Option("--database <name>", "name of the database's component (default: the only one)");

export const backup: Verb<"backup"> = {
  name: "backup",
  summary: "Copy a whole database, or list the copies",
  description:
    "On Docker a dump of the database in .landfall/backups on this machine, with its checksum; on AWS a snapshot of RDS. The " +
    "services go on meanwhile. --list shows the copies that are there.",
  options: () => [
    databaseOption(),
    new Option("--list", "only list those that are there"),
    waitOption(),
  ],
  examples: [
    ["landfall backup -s production", "before something that is hard to take back"],
    ["landfall backup --list", "which are there, and from when?"],
  ],
  group: "Mend",
  progress: "quiet",
  show: ({ stack, database, taken, backups, durationMs }, view) => {
    const rows = backups.map(({ id, takenAt, size, place }) => [
      id,
      takenAt,
      size === undefined ? "" : `${(size / 1e6).toFixed(1)} MB`,
      place,
    ]);
    return [
      ...(taken === undefined
        ? []
        : [
            clean(
              `${database} of stack "${stack}" was copied as ${taken.id} (${duration(durationMs)})`,
            ),
          ]),
      ...(rows.length === 0
        ? [clean(`there is no copy of ${database}`)]
        : renderTable(["backup", "taken", "size", "where"], rows, { ...view, indent: 0 })),
    ];
  },
};

export const restore: Verb<"restore"> = {
  name: "restore",
  summary: "Put a copy of a database in its place",
  description:
    "Makes a database of the copy and gives it the name of the one that is there, which stays under another name; sessions are " +
    "ended for that alone. Docker: a copy whose checksum differs is refused. AWS: RDS makes an instance of the snapshot for as " +
    "long as a task copies from it, which takes its time. Needs --allow-data-loss with the database's name: what was written " +
    "since is out of reach then.",
  positional: [
    { usage: "[backup]", field: "backup", help: "id of the copy, as backup --list shows it" },
  ],
  options: () => [
    new Option("--backup <id>", "the same as the argument"),
    databaseOption(),
    allowDataLossOption(),
    overrideFreezeOption(),
    waitOption(),
  ],
  examples: [
    ["landfall restore app-20260101120000-1f2e3d --allow-data-loss db", "as it was at noon"],
  ],
  group: "Mend",
  progress: "quiet",
  show: ({ stack, database, backup: { id, takenAt }, kept, durationMs }) => [
    clean(`${database} of stack "${stack}" is as ${id} of ${takenAt} (${duration(durationMs)})`),
    clean(`the database as it was stays as ${kept}`),
  ],
};
