import * as assert from "node:assert/strict";

import { InvalidArgumentsError } from "../../../../components";
import { classify } from "../../../../automation/engine/classify";
import type { FailedRun } from "../../../../automation/engine/classify";
import { EngineFailure } from "../../../../automation/engine/command";
import type { ErrorCode } from "../../../../automation/errors";

function failed(more: Partial<FailedRun> & { stderr?: string; stdout?: string } = {}): FailedRun {
  const { stderr = "", stdout = "", ...run } = more;
  const engineRun = { args: ["up"], code: 255, signal: null, stdout, stderr };
  return {
    failure: new EngineFailure(engineRun, "no"),
    stack: "dev",
    diagnostics: [],
    failures: [],
    policies: [],
    ...run,
  };
}

const urn = (type: string, name: string): string => `urn:pulumi:dev::shop::${type}::${name}`;

describe("classify", () => {
  const texts: [string, ErrorCode][] = [
    ["error: no stack named 'nope' found", "stack_not_found"],
    [
      "error: getting stack configuration: get stack secrets manager: incorrect passphrase",
      "wrong_passphrase",
    ],
    [
      "error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
      "wrong_passphrase",
    ],
    [
      "error: unable to open bucket file:///away?no_tmp_dir=true: stat /away: no such file or directory",
      "backend_unreachable",
    ],
    [
      "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
      "backend_unreachable",
    ],
    [
      "error: validating stack config: Stack 'dev' with configuration key 'count' must be of type 'integer'",
      "config",
    ],
    [
      "error: validating stack config: Stack 'dev' is missing configuration values 'a', 'b' and 'c'",
      "config",
    ],
    ["error: [409] Conflict: Another update is currently in progress.", "locked"],
    [
      "error: no resource plugin 'pulumi-resource-aws' found in the workspace at version v7.0.0",
      "plugin_missing",
    ],
    ["error: something that nobody has seen before", "engine"],
  ];
  for (const [stderr, code] of texts) {
    it(`takes "${stderr.slice(0, 70)}" for ${code}`, () => {
      const error = classify(failed({ stderr }));
      assert.equal(error.code, code);
      assert.ok(error.cause instanceof EngineFailure);
    });
  }

  it("names all missing config keys at once", () => {
    const stderr = "error: Stack 'dev' is missing configuration values 'a', 'b' and 'c'";
    assert.deepEqual(
      classify(failed({ stderr })).problems.map(({ path }) => path),
      ["a", "b", "c"],
    );
  });

  it("names the holder of a lock from the engine's words", () => {
    const stderr =
      "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n  s3://state/.pulumi/locks/organization/shop/dev/1.json: created by anna@build-7 (pid 12) at 2026-01-02T03:04:05Z";
    const error = classify(failed({ stderr }));
    assert.equal(error.code, "locked");
    assert.equal(error.lock?.owner, "anna@build-7");
    assert.match(error.message, /anna@build-7 \(pid 12\) since 2026-01-02T03:04:05Z/);
  });

  it("puts what the provider said of a resource before the engine's last words", () => {
    const container = urn("docker:index/container:Container", "api-0");
    const error = classify(
      failed({
        stderr: "error: update failed",
        failures: [
          { urn: container, op: "create", parent: urn("landfall:index:ApiService", "api") },
        ],
        diagnostics: [
          { severity: "error", message: "error: no such image: api:9", urn: container },
          {
            severity: "error",
            message: "update failed",
            urn: urn("pulumi:pulumi:Stack", "shop-dev"),
          },
        ],
      }),
    );
    assert.equal(error.code, "resource_failed");
    assert.equal(error.service, "api");
    assert.match(
      error.message,
      /service "api": docker:index\/container:Container api-0: no such image: api:9/,
    );
  });

  it("takes a gate that saw the platform put the earlier revision back for rolled_back", () => {
    const gate = urn("landfall:index:ApiService$pulumi-nodejs:dynamic/landfall:Rollout", "api");
    const error = classify(
      failed({
        failures: [{ urn: gate, op: "create", parent: urn("landfall:index:ApiService", "api") }],
        diagnostics: [
          {
            ...{ severity: "error", ephemeral: false, urn: gate },
            message: 'service "api": ECS rolled it back: PRIMARY runs api:6, not api:7.',
          },
        ],
      }),
    );
    assert.equal(error.code, "rolled_back");
    assert.match(
      error.message,
      /the new revision of service "api" did not hold.*PRIMARY runs api:6/s,
    );
  });

  it("takes a failed gate for what matters among several failures", () => {
    const gate = urn("landfall:index:ApiService$pulumi-nodejs:dynamic/landfall:Gate", "api-gate");
    const failures = [
      { urn: urn("docker:index/volume:Volume", "v"), op: "create" },
      { urn: gate, op: "create", parent: urn("landfall:index:ApiService", "api") },
    ];
    assert.equal(classify(failed({ failures })).code, "gate_failed");
  });

  it("takes mandatory policies for a refusal", () => {
    const policies = [{ policy: "no-latest", message: "pins its image", urn: urn("a:b:C", "x") }];
    const error = classify(failed({ policies }));
    assert.equal(error.exitCode, 6);
    assert.match(error.message, /no-latest \(a:b:C x\): pins its image/);
  });

  it("knows Docker that is away and a protected resource by the provider's words", () => {
    const container = urn("docker:index/container:Container", "api-0");
    const of = (message: string): ErrorCode =>
      classify(
        failed({
          failures: [{ urn: container, op: "create" }],
          diagnostics: [{ severity: "error", message, urn: container }],
        }),
      ).code;
    assert.equal(
      of("Cannot connect to the Docker daemon at unix:///var/run/docker.sock"),
      "docker_unreachable",
    );
    assert.equal(of("connect ENOENT /var/run/docker.sock"), "docker_unreachable");
    assert.equal(
      of("resource cannot be deleted\nbecause it is protected. To unprotect"),
      "protected",
    );
  });

  it("leaves only the user's frames of a stack trace", () => {
    const message = [
      "Running program '/p/index.ts' failed with an unhandled exception:",
      "Error: boom",
      "    at deep (/p/index.ts:3:9)",
      "    at Module._compile (node:internal/modules/cjs/loader:1521:14)",
      "    at Stack.init (/p/node_modules/@pulumi/pulumi/runtime/stack.js:78:28)",
    ].join("\n");
    const error = classify(failed({ diagnostics: [{ severity: "error", message }] }));
    assert.equal(error.code, "program");
    assert.match(error.message, /boom\n {4}at deep \(\/p\/index\.ts:3:9\)$/);
  });

  it("says that it was cancelled, and when the engine had to be killed", () => {
    const { failure } = failed();
    const cancelled = classify({
      ...failed(),
      failure: new EngineFailure(failure.run, "cancelled"),
    });
    assert.equal(cancelled.exitCode, 130);
    assert.doesNotMatch(cancelled.message, /killed/);
    const killed = classify({ ...failed(), failure: new EngineFailure(failure.run, "killed") });
    assert.match(killed.message, /was killed/);
  });

  it("reads every problem of a program that refuses its arguments", () => {
    const { message } = new InvalidArgumentsError('ApiService "api"', [
      { path: "replicas", rule: "must be a whole number", received: "-1" },
      { path: "health.path", rule: "must be an absolute HTTP path" },
    ]);
    const error = classify(failed({ diagnostics: [{ severity: "error", message }] }));
    assert.equal(error.code, "config");
    assert.deepEqual(error.problems, [
      { path: 'ApiService "api" replicas', message: "must be a whole number, got -1" },
      { path: 'ApiService "api" health.path', message: "must be an absolute HTTP path" },
    ]);
  });
});
