import assert from "node:assert/strict";
import fc from "fast-check";
import { resolve } from "../../../../automation/migrations/resolve";
import type { Migration } from "../../../../components/migrations";
import type { KnownBackup } from "../../../../components/migrations/status";

const migration = (id: string, flags: Partial<Migration> = {}): Migration => ({
  id,
  contracting: false,
  down: false,
  ...flags,
});
const state = (chain: readonly Migration[], head = chain.at(-1)?.id ?? "base") => ({ head, chain });
const backup = (head: string, takenAt = "2026-01-01T00:00:00Z"): KnownBackup => ({
  id: `of-${head}-${takenAt}`,
  head,
  takenAt,
});

const chains = fc
  .array(
    fc.record({ contracting: fc.boolean(), down: fc.boolean(), free: fc.option(fc.nat(20)) }),
    { minLength: 1, maxLength: 9 },
  )
  .map((all) =>
    all.map(({ contracting, down, free }, index) =>
      migration(`m${index}`, {
        contracting,
        down,
        ...(contracting && free !== null && free < index ? { tolerates: `m${free}` } : {}),
      }),
    ),
  );
const cases = chains.chain((chain) =>
  fc.record({
    chain: fc.constant(chain),
    at: fc.integer({ min: 0, max: chain.length }),
    to: fc.integer({ min: 0, max: chain.length }),
    backups: fc.array(
      fc.record({
        at: fc.integer({ min: -1, max: chain.length }),
        day: fc.integer({ min: 1, max: 28 }),
      }),
      { maxLength: 4 },
    ),
  }),
);

/** The rule once more, written as a search instead of a classification. */
const works = (chain: readonly Migration[], schema: number, code: number): boolean =>
  chain.slice(code, schema).every(({ contracting, tolerates }) => {
    if (!contracting) return true;
    return tolerates !== undefined && chain.findIndex(({ id }) => id === tolerates) < code;
  });

describe("whether a release's code can come back to a schema", () => {
  it("is told for every chain, schema, release and set of backups", () => {
    fc.assert(
      fc.property(cases, ({ chain, at, to, backups: given }) => {
        const name = (index: number) => (index < 0 ? "unknown" : (chain[index - 1]?.id ?? "base"));
        const backups = given.map(({ at, day }) =>
          backup(name(at), `2026-01-${String(day).padStart(2, "0")}T00:00:00Z`),
        );
        const found = resolve(
          { head: name(at), chain },
          { head: name(to), chain: chain.slice(0, to) },
          backups,
        );
        assert.ok(found.reason.length > 0);
        assert.equal(found.kind === "safe", works(chain, at, to), JSON.stringify(found));
        if (found.kind === "safe") {
          assert.deepEqual(
            found.beyond,
            chain.slice(to, at).map(({ id }) => id),
          );
        }
        // The newest schema that the code works with, going down from the one that is there.
        let down = at;
        while (!works(chain, down, to)) down -= 1;
        const canUndo = chain.slice(down, at).every((each) => each.down);
        if (found.kind === "needs-down-migration") {
          assert.ok(canUndo);
          assert.equal(found.downTo, name(down));
          assert.deepEqual(
            found.undone,
            chain
              .slice(down, at)
              .map(({ id }) => id)
              .reverse(),
          );
        }
        const usable = backups.filter(({ head }) => {
          const position = head === "base" ? 0 : chain.findIndex(({ id }) => id === head) + 1;
          return (
            head !== "unknown" && position <= at && works(chain, position, to) && position <= down
          );
        });
        if (found.kind === "needs-restore") {
          assert.ok(!canUndo);
          assert.ok(usable.some(({ id }) => id === found.backup.id));
          assert.ok(usable.every(({ takenAt }) => takenAt <= found.backup.takenAt));
        }
        if (found.kind === "frozen") assert.ok(!canUndo && usable.length === 0);
      }),
      { numRuns: 2000 },
    );
  });

  it("is never told where nothing tells the schema, or it is of another history", () => {
    const chain = [migration("a"), migration("b")];
    const unknown = resolve({ head: undefined, chain }, state(chain), []);
    assert.deepEqual(unknown, {
      kind: "frozen",
      reason: "nothing tells which migrations the database has",
    });
    const foreign = resolve(state([migration("a"), migration("x")]), state(chain), []);
    assert.equal(foreign.kind, "frozen");
    assert.match(foreign.reason, /of two histories: the database lacks b/);
    const lost = resolve({ head: "z", chain: undefined }, state(chain), []);
    assert.match(lost.reason, /at z, and no release tells which migrations led there/);
  });

  it("takes the program's word for the very head that it was given for", () => {
    const chain = [migration("a"), migration("b"), migration("c", { contracting: true })];
    const to = (length: number) =>
      resolve({ ...state(chain), tolerates: "b" }, state(chain.slice(0, length)), []).kind;
    assert.deepEqual([to(2), to(1), to(0)], ["safe", "frozen", "frozen"]);
  });

  it("knows a release that kept only its head by the chain of a later one", () => {
    const chain = [
      migration("a"),
      migration("b"),
      migration("c", { contracting: true, down: true }),
    ];
    const found = resolve(state(chain), { head: "b", chain: undefined }, []);
    assert.equal(found.kind, "needs-down-migration");
    const same = resolve({ head: "b", chain: undefined }, { head: "b", chain: undefined }, []);
    assert.equal(same.kind, "safe");
  });

  it("lets code come back that is ahead of the schema: its own migrations lead on", () => {
    const chain = [migration("a"), migration("b", { contracting: true })];
    assert.deepEqual(resolve(state(chain.slice(0, 1)), state(chain), []).kind, "safe");
  });
});
