import type { Random } from "../../support/secrets/generate";

interface Revision {
  id: string;
  parents: string[];
  dependsOn: string[];
}

/** A folder of revisions by file name: branches, merges and dependencies, in every way in which people write them. */
export function randomRevisions(random: Random): Record<string, string> {
  const all: Revision[] = [];
  const below = (count: number): number => Math.floor(random() * count);
  const count = 1 + below(12);
  const name = (): string => (0x100000000 + below(0xffffffff)).toString(16).slice(1);
  while (all.length < count) {
    const heads = headsOf(all);
    const id = all.length % 5 === 4 ? `rev_${name()}` : name();
    const parent = all[below(all.length)]?.id;
    const merging = heads.length > 1 && random() < 0.5;
    const parents = merging
      ? heads
      : parent === undefined
        ? []
        : [random() < 0.7 ? (heads[0] ?? parent) : parent];
    const other = all[below(all.length)]?.id;
    const dependsOn =
      other !== undefined && !parents.includes(other) && random() < 0.2 ? [other] : [];
    all.push({ id, parents, dependsOn });
  }
  const heads = headsOf(all);
  // Most folders are whole; some are left with the branches that they have.
  if (heads.length > 1 && random() < 0.7) all.push({ id: name(), parents: heads, dependsOn: [] });
  const files = all.map((each) => [`${name()}_${each.id}.py`, textOf(each, random)] as const);
  return { ...Object.fromEntries(files), "__init__.py": "", ".#editor.py": "revision = 'open'\n" };
}

function headsOf(all: readonly Revision[]): string[] {
  return all.map(({ id }) => id).filter((id) => !all.some(({ parents }) => parents.includes(id)));
}

function textOf({ id, parents, dependsOn }: Revision, random: Random): string {
  const one = (choices: readonly string[]): string =>
    choices[Math.floor(random() * choices.length)] ?? "";
  const quote = one(['"', "'"]);
  const type = one(["", ": str", ": Union[str, Sequence[str], None]", ":str|None"]);
  const is = one([" = ", "="]);
  return `"""merge of some, or not

Revision ID: ${id}
Revises: ${parents.join(", ")}

${one(["", `revision = "example"`, `down_revision = "example"`])}
"""
from typing import Sequence, Union

${one(["", `# revision = "old"`, `# down_revision = "old"`])}
revision${one(["", ": str"])}${is}${quote}${id}${quote}${one(["", "  # its name"])}
down_revision${type}${is}${written(parents, quote, one)}
branch_labels${type}${is}None
depends_on${type}${is}${written(dependsOn, quote, one)}


def upgrade() -> None:
    revision = "inner"
    down_revision = "inner"


def downgrade() -> None:
    pass
`;
}

function written(ids: readonly string[], quote: string, one: (of: string[]) => string): string {
  const [first] = ids;
  if (first === undefined) return one(["None", "None  # the first"]);
  const quoted = ids.map((id) => `${quote}${id}${quote}`);
  const commented = quoted.map((id) => `    ${id},  # was "another"\n`);
  const lists = [
    `(${quoted.join(", ")}${ids.length === 1 ? "," : ""})`,
    `(\n${quoted.map((id) => `    ${id},\n`).join("")})`,
    `(\n${commented.join("")})`,
    `[${quoted.join(", ")}]`,
  ];
  return ids.length === 1 ? one([quoted[0] ?? "", quoted[0] ?? "", ...lists]) : one(lists);
}
