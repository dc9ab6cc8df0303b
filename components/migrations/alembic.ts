import type { Migration } from ".";
import { marksOf } from "./header";

const REVISION = /^revision\s*(?::[^=\n]*)?=\s*["']([\w.-]+)["']/m;
/** What the names `down_revision` and `depends_on` are given: a text, a tuple or list of texts, or anything else. */
const GIVEN = String.raw`\s*(?::[^=\n]*)?=\s*([^\n(["']*(?:\([^)]*\)|\[[^\]]*\]|"[^"]*"|'[^']*')?)`;
const DOWN_REVISION = new RegExp(`^down_revision${GIVEN}`, "m");
const DEPENDS_ON = new RegExp(`^depends_on${GIVEN}`, "m");

/** As Alembic chooses them: packages and the lock files of editors are no revisions. */
const FILE = /^(?!\.#|__init__).*\.py$/;

interface Revision {
  readonly file: string;
  readonly id: string;
  readonly parents: readonly string[];
  /** What else has to be applied before it. */
  readonly dependencies: readonly string[];
  readonly migration: Migration;
}

/**
 * The revisions in these files, parents first. Nothing of Python is run.
 * @throws Error when there is none, a parent is missing, or there is not exactly one head
 */
export function alembicChain(
  names: readonly string[],
  read: (name: string) => string,
): readonly Migration[] {
  const revisions = new Map<string, Revision>();
  for (const file of names.filter((name) => FILE.test(name))) {
    const revision = revisionIn(file, read(file));
    if (revision === undefined) continue;
    const twin = revisions.get(revision.id);
    if (twin !== undefined)
      throw new Error(`revision ${revision.id} stands in ${twin.file} and in ${file}`);
    revisions.set(revision.id, revision);
  }
  const all = [...revisions.values()];
  for (const { file, parents } of all) {
    const missing = parents.find((parent) => !revisions.has(parent));
    if (missing !== undefined)
      throw new Error(`${file}: there is no revision ${missing}, which it revises`);
  }
  const heads = all.filter(({ id }) => !all.some(({ parents }) => parents.includes(id)));
  const [head] = heads;
  if (all.length === 0)
    throw new Error("must hold Alembic's versions/*.py, each with its `revision`");
  if (head === undefined || heads.length > 1) {
    const found = heads.map(({ id }) => id).join(", ") || "none: they revise each other";
    throw new Error(`must have one head (\`alembic merge heads\` makes one), it has ${found}`);
  }
  return inOrder(revisions);
}

function revisionIn(file: string, source: string): Revision | undefined {
  const text = withoutComments(source);
  const id = REVISION.exec(text)?.[1];
  if (id === undefined) return undefined;
  const down = DOWN_REVISION.exec(text)?.[1]?.trim();
  if (down === undefined || (down === "" && !/^down_revision\b.*=/m.test(text)))
    throw new Error(`${file}: it has no \`down_revision\``);
  const parents = textsIn(down);
  const dependencies = textsIn(DEPENDS_ON.exec(text)?.[1] ?? "");
  if (parents.length === 0 && !down.startsWith("None"))
    throw new Error(`${file}: \`down_revision\` must be None or made of texts`);
  const marks = marksOf(file, source);
  // A merge has two ways down: that is for people to decide.
  const hasDown = parents.length < 2 && undoes(text);
  return { file, id, parents, dependencies, migration: { id, ...marks, down: hasDown } };
}

function textsIn(given: string): string[] {
  return [...given.matchAll(/["']([\w.-]+)["']/g)].map((match) => match[1] ?? "");
}

/** Texts of several lines and comments may show what a revision looks like, without being one. */
function withoutComments(source: string): string {
  const parts = /"""[^]*?"""|'''[^]*?'''|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|#.*/g;
  return source.replace(parts, (part, text: string | undefined) =>
    text === undefined ? (part.startsWith("#") ? "" : '""') : part,
  );
}

/** Lines that do nothing, without comments. */
const idle = ["", '""', "pass", "..."];

/** Whether `downgrade` does anything: Alembic's template has one that only passes. */
function undoes(text: string): boolean {
  const body =
    /^def downgrade\([^)]*\)[^:\n]*:(.*(?:\n(?:[ \t].*|[ \t]*))*)/m.exec(text)?.[1] ?? "";
  const statements = body
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => !idle.includes(line));
  return statements.length > 0 && !(statements[0] ?? "").startsWith("raise");
}

/** Parents and dependencies before what needs them; a cycle beside the head is told. */
function inOrder(revisions: ReadonlyMap<string, Revision>): readonly Migration[] {
  const done = new Map<string, Migration>();
  while (done.size < revisions.size) {
    const next = [...revisions.values()].find(
      ({ id, parents, dependencies }) =>
        !done.has(id) &&
        parents.every((parent) => done.has(parent)) &&
        // Labels and parts of names may be given as well: what is no revision here orders nothing.
        dependencies.every((each) => done.has(each) || !revisions.has(each)),
    );
    if (next === undefined) throw new Error("has revisions that revise each other");
    done.set(next.id, next.migration);
  }
  return [...done.values()];
}
