import assert from "node:assert/strict";

import { decide } from "../../../../automation/rebuild/decide";
import type { PlanAction, PlanCause } from "../../../../automation/rebuild/result";
import type { BuildFacts, ServiceFacts, StackFacts } from "../../../../automation/rebuild/types";

const noPatterns = { rebuild: [], restart: [], ignore: [], keys: [] };

const build: BuildFacts = {
  context: "apps/api",
  dockerfile: "apps/api/Dockerfile",
  running: "aaaaaaaaaaaa",
  now: { hash: "aaaaaaaaaaaa" },
  includes: (path) => path.startsWith("apps/api/") && !path.endsWith(".log"),
};
const changed: BuildFacts = { ...build, now: { hash: "bbbbbbbbbbbb" } };

function service(more: Partial<ServiceFacts> = {}): ServiceFacts {
  return {
    service: "api",
    source: { kind: "built", build },
    imagePresent: true,
    files: [],
    patterns: noPatterns,
    asked: false,
    ...more,
  };
}

function stack(paths: readonly string[] = [], more: Partial<StackFacts> = {}): StackFacts {
  return {
    release: { number: 4, dirty: false },
    doubts: [],
    history: {
      known: true,
      changes: paths.map((path) => ({ path, kind: "file" })),
      uncommitted: [],
    },
    config: [],
    lockfileChanged: false,
    apart: ["Pulumi.*.yaml", "apps/api"],
    services: [service()],
    ...more,
  };
}

type Case = [
  what: string,
  facts: StackFacts,
  action: PlanAction,
  causes: PlanCause[],
  text?: RegExp,
];

const cases: Case[] = [
  ["nothing changed", stack(), "nothing", ["unchanged"], /nothing has changed since release 4/],
  [
    "documents changed",
    stack(["README.md", "docs/a.txt", "LICENSE"]),
    "nothing",
    ["documents"],
    /only documents .*: LICENSE|only documents .*README\.md/,
  ],
  [
    "an excluded file of the context changed",
    stack(["apps/api/debug.log"]),
    "nothing",
    ["unrelated"],
    /neither in its image/,
  ],
  ["another stack's config changed", stack(["Pulumi.staging.yaml"]), "nothing", ["unrelated"]],
  [
    "a source file changed",
    stack(["apps/api/a.js"], {
      services: [service({ source: { kind: "built", build: changed } })],
    }),
    "rebuild",
    ["context"],
    /apps\/api has changed: apps\/api\/a\.js$/,
  ],
  [
    "the Dockerfile, dependencies, a model and a document of the context changed",
    stack(
      ["apps/api/Dockerfile", "apps/api/go.sum", "apps/api/m.onnx", "apps/api/x.md", "apps/api/y"],
      { services: [service({ source: { kind: "built", build: changed } })] },
    ),
    "rebuild",
    ["context"],
    /Dockerfile \(the Dockerfile\), .*go\.sum \(dependencies\), .*m\.onnx \(a model\) and 2 more/,
  ],
  [
    "the hash differs, and git knows of nothing",
    stack([], { services: [service({ source: { kind: "built", build: changed } })] }),
    "rebuild",
    ["context"],
    /in what git does not tell/,
  ],
  [
    "the context is gone",
    stack([], {
      services: [
        service({ source: { kind: "built", build: { ...build, now: { problem: "ENOENT" } } } }),
      ],
    }),
    "rebuild",
    ["context"],
    /cannot be read: ENOENT/,
  ],
  [
    "`ignore` names what is in the image",
    stack(["apps/api/x.md"], {
      services: [
        service({
          source: { kind: "built", build: changed },
          patterns: { ...noPatterns, ignore: ["**/*.md"] },
        }),
      ],
    }),
    "rebuild",
    ["context"],
    /only apps\/api\/\.dockerignore keeps a file out/,
  ],
  [
    "a submodule of the context changed",
    stack([], {
      history: {
        known: true,
        changes: [{ path: "apps/api/vendored", kind: "submodule" }],
        uncommitted: [],
      },
    }),
    "rebuild",
    ["submodule"],
  ],
  [
    "the image is gone",
    stack([], { services: [service({ imagePresent: false })] }),
    "rebuild",
    ["image-gone"],
  ],
  [
    "a build is asked for",
    stack([], { services: [service({ asked: true })] }),
    "rebuild",
    ["asked"],
  ],
  [
    "what runs is pinned by a rollback",
    stack([], { services: [service({ source: { kind: "unpinned" } })] }),
    "rebuild",
    ["unpinned"],
  ],
  [
    "the record is an older version's",
    stack([], { services: [service({ source: { kind: "unknown" } })] }),
    "rebuild",
    ["no-source"],
  ],
  [
    "config pins what runs, and the context changed",
    stack(["apps/api/a.js"], {
      services: [service({ source: { kind: "pinned", same: true, reference: "x@1" } })],
    }),
    "nothing",
    ["pinned"],
  ],
  [
    "config pins another image",
    stack([], { services: [service({ source: { kind: "pinned", same: false, reference: "x" } })] }),
    "restart",
    ["image"],
  ],
  [
    "the working tree is dirty",
    stack(["README.md"], {
      history: {
        known: true,
        changes: [{ path: "README.md", kind: "file" }],
        uncommitted: ["README.md"],
      },
    }),
    "rebuild",
    ["dirty-tree"],
    /not committed: README\.md; the build context is the same/,
  ],
  [
    "the release was made of a dirty tree",
    stack([], { release: { number: 4, dirty: true } }),
    "rebuild",
    ["dirty-release"],
  ],
  [
    "a later release failed",
    stack([], { doubts: [{ cause: "failed-since", text: "release 5 failed" }] }),
    "rebuild",
    ["failed-since"],
  ],
  [
    "the history was rewritten",
    stack([], { history: { known: false, gap: "rewritten-history", detail: "commit x" } }),
    "rebuild",
    ["rewritten-history"],
  ],
  [
    "git is of no help, and there is nothing to build",
    stack([], {
      history: { known: false, gap: "no-git", detail: "no git" },
      services: [service({ source: { kind: "referenced", reference: "nginx:1" } })],
    }),
    "restart",
    ["no-git"],
  ],
  [
    "a delivered file changed",
    stack(["model/m.json"], {
      apart: ["model/m.json"],
      services: [service({ files: [{ source: "model/m.json", running: "1", now: "2" }] })],
    }),
    "restart",
    ["delivered-file"],
    /mounted and not in the image/,
  ],
  [
    "a delivered file is gone",
    stack([], { services: [service({ files: [{ source: "m.json", running: "1" }] })] }),
    "restart",
    ["delivered-file"],
    /cannot be read/,
  ],
  [
    "the program changed",
    stack(["index.ts", "test/a.test.ts", ".github/ci.yml", "../other/index.ts"]),
    "restart",
    ["program"],
    /has changed: index\.ts;/,
  ],
  ["the lockfile changed", stack([], { lockfileChanged: true }), "restart", ["program"]],
  [
    "`rebuild` names a file outside of the context",
    stack(["shared/a.proto", "shared/b.md"], {
      apart: ["shared"],
      services: [
        service({ patterns: { ...noPatterns, rebuild: ["shared"], ignore: ["**/*.md"] } }),
      ],
    }),
    "rebuild",
    ["pattern"],
    /names shared\/a\.proto$/,
  ],
  [
    "`restart` names a file",
    stack(["ops/limits.txt"], {
      apart: ["ops"],
      services: [service({ patterns: { ...noPatterns, restart: ["ops"] } })],
    }),
    "restart",
    ["pattern"],
  ],
];

describe("what a service needs", () => {
  for (const [what, facts, action, causes, text] of cases)
    it(`is ${action} when ${what}`, () => {
      const [plan] = decide(facts);
      assert.equal(plan?.action, action, JSON.stringify(plan));
      assert.deepEqual(
        plan.reasons.map(({ cause }) => cause),
        causes,
      );
      if (text !== undefined) assert.match(plan.reasons[0]?.text ?? "", text);
    });

  it("is a restart of the one service that a config key belongs to, or of all that may read it", () => {
    const services = [
      service({ patterns: { ...noPatterns, keys: ["shop:api*"] } }),
      service({ service: "web" }),
    ];
    const actions = (key: string) =>
      decide(stack([], { services, config: [{ key, change: "changed" }] })).map(
        ({ action }) => action,
      );
    assert.deepEqual(actions("shop:apiMemory"), ["restart", "nothing"]);
    assert.deepEqual(actions("shop:logLevel"), ["restart", "restart"]);
  });

  it("tells the reasons for less beside those for more", () => {
    const [plan] = decide(
      stack(["apps/api/a.js", "index.ts"], {
        services: [service({ source: { kind: "built", build: changed } })],
      }),
    );
    assert.deepEqual(
      plan?.reasons.map(({ action, cause, files }) => [action, cause, files]),
      [
        ["rebuild", "context", ["apps/api/a.js"]],
        ["restart", "program", ["index.ts"]],
      ],
    );
    assert.deepEqual(plan.context, { running: "aaaaaaaaaaaa", now: "bbbbbbbbbbbb" });
  });
});
