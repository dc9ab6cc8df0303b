import assert from "node:assert/strict";
import * as fs from "node:fs";
import { buildArguments, buildEngine, buildEnvironment, failure } from "../../../toolchain/build";
import type { EngineOptions } from "../../../toolchain/engine";
import { landfallPaths } from "../../../toolchain/paths";
import { temporaryFolder } from "./folder";

describe("building the engine", () => {
  const folder = temporaryFolder();
  const lines: string[] = [];

  const options = (go: string): EngineOptions => {
    folder.write(folder("go/go"), go, 0o755);
    const progress: EngineOptions["progress"] = ({ line }) => lines.push(line);
    return {
      paths: landfallPaths(folder()),
      env: { PATH: `${folder("go")}:/usr/bin:/bin` },
      progress,
    };
  };

  const fakeGo = (build: string): string => `#!/bin/sh
    if [ "$1" = env ]; then echo go1.26.8; exit; fi
    while [ "$1" != -o ]; do shift; done
    ${build}\n`;

  it("pins the module, sets the version, and keeps everything in the project's folder", () => {
    const args = buildArguments("/p/.landfall/bin/x.tmp");
    assert.ok(args.includes("-mod=readonly"));
    assert.ok(args.join(" ").includes("version.Version=v3.220.0 "));
    const env = buildEnvironment("/p/.landfall/cache", { HOME: "/home/u" });
    for (const name of ["GOPATH", "GOMODCACHE", "GOCACHE", "XDG_CONFIG_HOME"]) {
      assert.ok(env[name]?.startsWith("/p/.landfall/cache/"), name);
    }
    assert.equal(env["GOENV"], "/home/u/.config/go/env");
    assert.equal(env["GOFLAGS"], "");
  });

  it("puts a finished binary in its place, and leaves nothing else", async () => {
    const go = fakeGo(
      `printf '#!/bin/sh\\necho v3.220.0\\n' > "$2"; chmod +x "$2"; echo some/package >&2`,
    );
    folder.write(folder(".landfall/bin/pulumi.0000.tmp"), "of a build that was killed");
    const built = await buildEngine(options(go));
    assert.ok("pulumi" in built, JSON.stringify(built));
    assert.match(built.note ?? "", /built from Go modules with Go 1\.26\.8/);
    assert.deepEqual(fs.readdirSync(folder(".landfall/bin")), ["pulumi"]);
    assert.equal(fs.existsSync(folder(".landfall/cache/go")), false);
    assert.ok(lines.includes("some/package"));
  });

  it("leaves the old binary when it fails, and tells the end of the output, what to do and the log", async () => {
    folder.write(folder(".landfall/bin/pulumi"), "old");
    const go = fakeGo(`echo 'x.go: write /tmp/y: no space left on device' >&2; touch "$2"; exit 1`);
    const declined = await buildEngine(options(go));
    assert.ok("reason" in declined);
    assert.match(
      declined.reason,
      /exit code 1: x\.go: .*; free disk space.*log: .*engine-build\.log/,
    );
    assert.deepEqual(fs.readdirSync(folder(".landfall/bin")), ["pulumi"]);
    assert.equal(fs.readFileSync(folder(".landfall/bin/pulumi"), "utf8"), "old");
    assert.match(fs.readFileSync(folder(".landfall/logs/engine-build.log"), "utf8"), /no space/);
  });

  it("asks for a newer Go than one that cannot fetch another", async () => {
    const declined = await buildEngine(options("#!/bin/sh\necho go1.19.8\n"));
    assert.match("reason" in declined ? declined.reason : "", /is Go 1\.19\.8: install Go 1\.21/);
  });

  for (const [line, hint] of [
    ["dial tcp: lookup proxy: no such host", /network and GOPROXY/],
    ["tls: failed to verify certificate: x509: unknown authority", /SSL_CERT_FILE/],
    ["verifying module: checksum mismatch", /differs from go\.sum/],
    ["compile: signal: killed", /memory ran out/],
    ["go.mod requires go >= 1.24.7 (running go 1.22; GOTOOLCHAIN=local)", /too old/],
  ] as const) {
    it(`knows what to do about "${line}"`, () => {
      assert.match(failure([line], "exit code 1", "/log"), hint);
    });
  }
});
