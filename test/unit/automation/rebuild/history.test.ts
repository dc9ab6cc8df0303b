import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";

import { Repository } from "./repository";

/** A `.dockerignore`, and beside it, by hand, which of the files below `app` it lets through. */
const ignores: readonly (readonly [text: string, sent: readonly string[]])[] = [
  [
    "",
    [
      "src/a.js",
      "src/b c.js",
      "src/deep/ü.txt",
      "package.json",
      "NOTES.md",
      "log/x.log",
      "test/t.js",
    ],
  ],
  ["*\n!src/**\n!package.json\n", ["src/a.js", "src/b c.js", "src/deep/ü.txt", "package.json"]],
  ["**/*.log\n*.md\ntest\n", ["src/a.js", "src/b c.js", "src/deep/ü.txt", "package.json"]],
  [
    "src\n!src/deep\nDockerfile\n",
    ["src/deep/ü.txt", "package.json", "NOTES.md", "log/x.log", "test/t.js"],
  ],
];
const inside = [...(ignores[0]?.[1] ?? [])].map((file) => `app/${file}`);
const outside = ["README.md", "docs/guide/a.md", "LICENSE", "apple/a.js", "app.js"];

type Step = { file: string; what: "write" | "remove" | "mode"; text: string; commit: boolean };

const steps = (files: readonly string[], commit: fc.Arbitrary<boolean>): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      file: fc.constantFrom(...files),
      what: fc.constantFrom("write", "write", "remove", "mode"),
      text: fc.constantFrom("1", "2", "3"),
      commit,
    }),
    { minLength: 1, maxLength: 4 },
  );

function apply(repository: Repository, { file, what, text, commit }: Step): void {
  const full = path.join(repository.dir, file);
  if (what === "write") repository.write(file, text);
  else if (what === "remove") repository.remove(file);
  else if (fs.existsSync(full)) fs.chmodSync(full, fs.statSync(full).mode ^ 0o111);
  if (commit) repository.commit();
}

/** What the builder would get, read by the list and not by the code under test. */
function snapshot(repository: Repository, sent: readonly string[]): string {
  const parts = [...sent, "Dockerfile"].map((file) => {
    const full = path.join(repository.dir, "app", file);
    if (!fs.existsSync(full)) return [file];
    return [file, fs.readFileSync(full, "utf8"), (fs.statSync(full).mode & 0o111) !== 0];
  });
  return JSON.stringify(parts);
}

const start = fc.record({
  ignore: fc.constantFrom(...ignores),
  below: fc.constantFrom("", "infra/shop"),
  present: fc.subarray([...inside, ...outside]),
});

/** Runs a property over repositories, each of which is deployed at its first commit and gone at the end. */
async function over<T>(
  made: fc.Arbitrary<T>,
  check: (repository: Repository, sent: readonly string[], value: T) => Promise<void>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(start, made, async ({ ignore: [text, sent], below, present }, value) => {
      const repository = new Repository(below);
      try {
        repository.write("app/Dockerfile", "FROM scratch");
        repository.write("app/.dockerignore", text);
        for (const file of present) repository.write(file, "0");
        repository.commit();
        repository.deploy();
        await check(repository, sent, value);
      } finally {
        repository.drop();
      }
    }),
    { numRuns: 20 },
  );
}

describe("the decision over histories of real repositories", function () {
  this.timeout(180_000);

  it("is a rebuild exactly when what the builder is sent has changed, once all is committed", () =>
    over(
      steps([...inside, ...outside, "app/Dockerfile"], fc.boolean()),
      async (repository, sent, all) => {
        const before = snapshot(repository, sent);
        // Without a Dockerfile there is nothing to compare: that is a case of its own.
        for (const step of all)
          if (step.file !== "app/Dockerfile" || step.what === "write") apply(repository, step);
        repository.commit();
        const plan = await repository.plan();
        const differs = snapshot(repository, sent) !== before;
        assert.equal(plan.action === "rebuild", differs, JSON.stringify(plan));
        assert.deepEqual(
          plan.reasons.some(({ cause }) => cause === "context"),
          differs,
        );
        assert.equal(plan.context?.running !== plan.context?.now, differs);
      },
    ));

  it("is never less than a rebuild when the hashes differ, committed or not, tracked or not", () =>
    over(steps(inside, fc.boolean()), async (repository, sent, all) => {
      const before = snapshot(repository, sent);
      for (const step of all) apply(repository, step);
      const plan = await repository.plan();
      if (snapshot(repository, sent) !== before) {
        assert.equal(plan.action, "rebuild");
        assert.ok(plan.reasons.some(({ cause }) => cause === "context"));
      }
    }));

  it("is no rebuild for what `.dockerignore` excludes or what lies outside", () =>
    over(steps([...inside, ...outside], fc.constant(true)), async (repository, sent, all) => {
      const excluded = all.filter(({ file }) => !sent.includes(file.replace(/^app\//, "")));
      for (const step of excluded) apply(repository, step);
      const plan = await repository.plan();
      assert.notEqual(plan.action, "rebuild", JSON.stringify(plan));
    }));

  it("is nothing for documents", () =>
    over(
      steps(["README.md", "docs/a.md", "docs/b.png"], fc.constant(true)),
      async (repository, _, all) => {
        for (const step of all) apply(repository, step);
        assert.equal((await repository.plan()).action, "nothing");
      },
    ));

  it("is a rebuild, and says so, when the tree is dirty, the release was, or history was rewritten", () =>
    over(
      fc.record({
        file: fc.constantFrom("README.md", "app/src/a.js", "app/log/x.log"),
        how: fc.constantFrom("dirty-tree", "dirty-release", "rewritten-history", "unknown-commit"),
      }),
      async (repository, _, { file, how }) => {
        repository.write(file, "first");
        repository.commit();
        if (how === "dirty-release") repository.write(file, "second");
        repository.deploy();
        if (how === "dirty-tree") repository.write(file, "second");
        if (how === "rewritten-history" || how === "unknown-commit")
          repository.commit("--amend", "-m", "other");
        if (how === "unknown-commit") {
          repository.git("reflog", "expire", "--expire=now", "--all");
          repository.git("gc", "-q", "--prune=now");
        }
        const plan = await repository.plan();
        assert.equal(plan.action, "rebuild");
        assert.ok(
          plan.reasons.some(({ cause, action }) => cause === how && action === "rebuild"),
          JSON.stringify(plan),
        );
      },
    ));
});

describe("the difference since a release", () => {
  let repository: Repository;

  beforeEach(() => {
    repository = new Repository();
    repository.write("app/Dockerfile", "FROM scratch");
    repository.write("app/a.js", "1");
    repository.commit();
    repository.deploy();
  });
  afterEach(() => {
    repository.drop();
  });

  const causes = async () => (await repository.plan()).reasons.map(({ cause }) => cause);

  it("holds both sides of a move, untracked files, and names with odd characters", async () => {
    fs.renameSync(path.join(repository.dir, "app/a.js"), path.join(repository.dir, "app/b\n'.js"));
    const { reasons } = await repository.plan();
    const files = reasons.find(({ cause }) => cause === "context")?.files;
    assert.deepEqual(files, ["app/a.js", "app/b\n'.js"]);
  });

  it("calls what git ignores, but the builder is sent, a change that git does not tell", async () => {
    repository.write(".gitignore", "*.gen\n");
    repository.commit();
    repository.deploy();
    repository.write("app/x.gen", "1");
    const { action, reasons } = await repository.plan();
    assert.equal(action, "rebuild");
    assert.match(reasons[0]?.text ?? "", /in what git does not tell/);
  });

  it("does not look into submodules, and says so", async () => {
    const other = new Repository();
    try {
      other.write("x", "1");
      other.commit();
      const url = other.dir;
      repository.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", url, "app/sub");
      repository.commit();
      assert.ok((await causes()).includes("submodule"));
    } finally {
      other.drop();
    }
  });

  it("is not known outside of a repository, nor without a Dockerfile", async () => {
    repository.remove("app/Dockerfile");
    repository.commit();
    assert.deepEqual(await causes(), ["context"]);
    fs.rmSync(path.join(repository.dir, ".git"), { recursive: true });
    assert.deepEqual(await causes(), ["no-git", "context"]);
  });
});
