import assert from "node:assert/strict";
import { resolve } from "node:path";

import { landfall } from "./fakes";

describe("the options of commands", () => {
  const understood: [string, string, object][] = [
    ["up", "up", { stack: "dev" }],
    ["up -s org/shop/prod", "up", { stack: "org/shop/prod" }],
    ["up --stack=pr-1 --wait 90 --parallel 4", "up", { stack: "pr-1", wait: 90, parallel: 4 }],
    ["up --refresh -m note", "up", { stack: "dev", refresh: true, message: "note" }],
    ["up --verify-timeout 2.5", "up", { stack: "dev", verifyTimeout: 2.5 }],
    ["up --rebuild", "up", { stack: "dev", rebuild: true }],
    ["up --rebuild api web -s x", "up", { stack: "x", rebuild: ["api", "web"] }],
    ["plan -s prod", "plan", { stack: "prod" }],
    [
      "plan --offline --save a --diff b --svg c",
      "offlinePlan",
      { stack: "dev", save: "a", diff: "b", svg: "c" },
    ],
    ["up -C sub", "up", { stack: "dev", cwd: resolve("sub") }],
    ["preview --refresh", "preview", { stack: "dev", refresh: true }],
    ["rollback --to 7 --dry-run", "rollback", { stack: "dev", to: 7, dryRun: true }],
    ["rollback --steps 2", "rollback", { stack: "dev", steps: 2 }],
    ["destroy -y --remove", "destroy", { stack: "dev", remove: true }],
    ["destroy --dry-run", "destroy", { stack: "dev", dryRun: true }],
    ["destroy --yes --include-protected", "destroy", { stack: "dev", includeProtected: true }],
    ["refresh --dry-run", "refresh", { stack: "dev", dryRun: true }],
    ["verify --verify-timeout 0", "verify", { stack: "dev", verifyTimeout: 0 }],
    ["status", "status", { stack: "dev" }],
    ["outputs --show-secrets", "outputs", { stack: "dev", showSecrets: true }],
    ["logs", "logs", { stack: "dev" }],
    [
      "logs api -f --since 10m",
      "logs",
      { stack: "dev", service: "api", follow: true, since: "10m" },
    ],
    ["logs --service api --tail 0", "logs", { stack: "dev", service: "api", tail: 0 }],
    ["logs api --service api", "logs", { stack: "dev", service: "api" }],
    ["history -n 5", "history", { stack: "dev", limit: 5 }],
    ["approve", "approve", { stack: "dev" }],
    [
      "approve --release 7 --gate look --service api --reject --reason no",
      "approve",
      { stack: "dev", release: 7, gate: "look", service: "api", reject: true, reason: "no" },
    ],
    ["cancel --yes", "cancel", { stack: "dev" }],
    ["doctor", "doctor", {}],
    ["doctor -s dev", "doctor", { stack: "dev" }],
  ];
  for (const [line, name, args] of understood) {
    it(`of \`landfall ${line}\` become the operation's arguments`, async () => {
      const { calls } = await landfall(line.split(" "), { error: new Error("enough") });
      assert.deepEqual(calls, [{ name, args }]);
    });
  }

  it("take the stack from LANDFALL_STACK where none is given", async () => {
    const before = process.env.LANDFALL_STACK;
    process.env.LANDFALL_STACK = "staging";
    try {
      const stop = { error: new Error("enough") };
      assert.deepEqual((await landfall(["up"], stop)).calls[0]?.args, { stack: "staging" });
      assert.deepEqual((await landfall(["up", "-s", "x"], stop)).calls[0]?.args, { stack: "x" });
      assert.deepEqual((await landfall(["doctor"], stop)).calls[0]?.args, { stack: "staging" });
    } finally {
      if (before === undefined) delete process.env.LANDFALL_STACK;
      else process.env.LANDFALL_STACK = before;
    }
  });

  const wrong: [string, RegExp][] = [
    ["", /Usage: landfall <command>/],
    ["upp", /unknown command 'upp'[^]*Did you mean up\?/],
    ["rolback", /unknown command 'rolback'[^]*Did you mean rollback\?/],
    ["-s dev up", /unknown option '-s'[^]*Options come after the command/],
    ["up --wiat 5", /unknown option '--wiat'[^]*Did you mean --wait\?/],
    ["up extra", /too many arguments/],
    ["up --stack", /'-s, --stack <name>' argument missing/],
    ["up --wait soon", /--wait <seconds>' argument 'soon' is invalid\. It must be a number/],
    ["up --wait -1", /--wait: .*>=0, got -1/],
    ["up --wait 1e9", /argument '1e9' is invalid/],
    ["up --wait 100000", /--wait: .*<=86400, got 100000/],
    ["up --parallel 0", /--parallel: .*>=1, got 0/],
    ["up --parallel 1.5", /--parallel: .*int.*, got 1\.5/],
    ["up -s a/b/c/d", /--stack: must be a stack name.*, got "a\/b\/c\/d"/],
    ["up -s ../x", /--stack: must be a stack name/],
    ["up --cwd=", /--cwd: .*got ""/],
    ["up --verify-timeout 4000", /--verify-timeout: .*<=3600, got 4000/],
    ["up --events", /--events: needs --json/],
    ["up --yes", /unknown option '--yes'/],
    ["rollback --to 0", /--to: .*>=1, got 0/],
    ["rollback --to 3 --steps 1", /--to: takes --to or --steps, not both/],
    ["rollback 3", /too many arguments/],
    ["logs --since yesterday", /--since: must be a duration .*, got "yesterday"/],
    ["logs --tail -5", /--tail: .*>=0, got -5/],
    ["logs api --service web", /'--service' is 'web', but the argument is 'api'/],
    ["logs a.b", /--service: must be a service name.*, got "a\.b"/],
    ["history --limit 0", /--limit: .*>=1, got 0/],
    ["plan --save plan.json", /--save: needs --offline/],
    ["doctor -s /", /--stack: must be a stack name/],
  ];
  for (const [line, message] of wrong) {
    it(`reject \`landfall ${line}\`: exit code 2, nothing is called`, async () => {
      const { code, stdout, stderr, calls } = await landfall(line.split(" ").filter(Boolean));
      assert.match(stderr, message);
      assert.deepEqual({ code, stdout, calls }, { code: 2, stdout: "", calls: [] });
    });
  }

  it("are all wrong together in one message", async () => {
    const argv = ["up", "-s", "..", "--wait", "-1", "--parallel", "0"];
    const { stderr } = await landfall(argv);
    assert.match(stderr, /--stack:[^]*--wait:|--wait:[^]*--stack:/);
    assert.match(stderr, /--parallel:/);
  });
});
