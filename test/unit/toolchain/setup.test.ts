import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Declined, Engine, EngineOptions } from "../../../toolchain/engine";
import { ToolchainError, ensureToolchain, locateToolchain } from "../../../toolchain/setup";
import type { ToolchainOptions } from "../../../toolchain/setup";
import { temporaryFolder } from "./folder";

const FAKE_ENGINE = "#!/bin/sh\necho v3.220.0\n";

describe("setting up the toolchain", () => {
  const folder = temporaryFolder();
  let calls: string[];

  beforeEach(() => {
    calls = [];
    for (const [name, version] of [
      ["docker", "5.2.0"],
      ["random", "4.21.2"],
    ] as const) {
      const file = folder("node_modules", "@pulumi", name, "package.json");
      folder.write(file, JSON.stringify({ version }));
    }
    folder.write(folder("package.json"), "{}");
  });

  const decline = (name: string, reason: string) => (): Promise<Declined> => {
    calls.push(name);
    return Promise.resolve({ reason });
  };

  const build = (options: EngineOptions): Promise<Engine> => {
    calls.push("build");
    const pulumi = folder.write(path.join(options.paths.bin, "pulumi"), FAKE_ENGINE, 0o755);
    return Promise.resolve({ source: "built", pulumi, version: "3.220.0", note: "built in 1 s" });
  };

  const options = (more: ToolchainOptions = {}): ToolchainOptions => ({
    root: folder(),
    env: { PATH: "/nowhere" },
    ...more,
    ways: {
      download: decline("download", "no network"),
      build,
      installPlugin: (name) => {
        calls.push(`plugin ${name}`);
        return Promise.resolve("no network");
      },
      ...more.ways,
    },
  });

  it("builds where nothing else works, and says why", async () => {
    const toolchain = await ensureToolchain(options());
    assert.equal(toolchain.source, "built");
    assert.equal(toolchain.version, "3.220.0");
    assert.deepEqual(toolchain.notes, [
      "path: no pulumi on PATH",
      "download: no network",
      "built: built in 1 s",
      `engine 3.220.0 (built): ${folder(".landfall/bin/pulumi")}`,
      "plugin docker 5.2.0: embedded (no network)",
      "plugin random 4.21.2: embedded (no network)",
    ]);
    for (const file of [
      "bin/pulumi-language-nodejs",
      "bin/pulumi-resource-pulumi-nodejs",
      "bin/pulumi-analyzer-policy",
      "home/plugins/resource-docker-v5.2.0/pulumi-resource-docker",
      "home/plugins/resource-random-v4.21.2/pulumi-resource-random",
    ]) {
      assert.doesNotThrow(() => {
        fs.accessSync(folder(".landfall", file), fs.constants.X_OK);
      });
    }
    assert.equal(toolchain.env["PULUMI_HOME"], folder(".landfall/home"));
    assert.equal(toolchain.env["PATH"], `${folder(".landfall/bin")}:/nowhere`);
  });

  it("does nothing the second time", async () => {
    const first = await ensureToolchain(options());
    calls = [];
    const started = performance.now();
    assert.deepEqual(await ensureToolchain(options()), first);
    assert.ok(performance.now() - started < 100);
    assert.deepEqual(calls, []);
  });

  it("works once for calls side by side", async () => {
    const all = await Promise.all([1, 2, 3].map(() => ensureToolchain(options())));
    assert.equal(calls.filter((call) => call === "build").length, 1);
    assert.deepEqual(all[1], all[0]);
    assert.deepEqual(fs.readdirSync(folder(".landfall/locks")), []);
  });

  it("takes an engine that was built before, without downloading or building", async () => {
    folder.write(folder(".landfall/bin/pulumi"), FAKE_ENGINE, 0o755);
    const toolchain = await ensureToolchain(options());
    assert.equal(toolchain.source, "built");
    assert.deepEqual(calls, ["plugin docker", "plugin random"]);
  });

  it("prefers a pulumi on PATH that has its language host beside it", async () => {
    folder.write(folder("other/pulumi"), FAKE_ENGINE, 0o755);
    folder.write(folder("other/pulumi-language-nodejs"), "", 0o755);
    const toolchain = await ensureToolchain(options({ env: { PATH: folder("other") } }));
    assert.equal(toolchain.source, "path");
    assert.equal(toolchain.pulumi, folder("other/pulumi"));
    assert.ok(!calls.includes("build"));
  });

  it("looks again when PATH offers something new", async () => {
    await ensureToolchain(options());
    const env = { PATH: folder("other") };
    folder.write(folder("other/pulumi"), FAKE_ENGINE, 0o755);
    folder.write(folder("other/pulumi-language-nodejs"), "", 0o755);
    assert.equal(locateToolchain(folder(), env), undefined);
    assert.equal((await ensureToolchain(options({ env }))).source, "path");
  });

  for (const [what, script, files, note] of [
    [
      "is too old",
      "#!/bin/sh\necho v3.100.0\n",
      ["pulumi-language-nodejs"],
      "3.100.0 is older than 3.220.0",
    ],
    ["has no language host", FAKE_ENGINE, [], "has no pulumi-language-nodejs beside it"],
    [
      "does not work",
      "#!/bin/sh\necho broken >&2; exit 3\n",
      [],
      "version failed (exit code 3: broken)",
    ],
  ] as const) {
    it(`says why a pulumi on PATH is not taken that ${what}`, async () => {
      folder.write(folder("other/pulumi"), script, 0o755);
      for (const file of files) folder.write(folder("other", file), "", 0o755);
      const { source, notes } = await ensureToolchain(
        options({ env: { PATH: `${folder("other")}:/bin` } }),
      );
      assert.equal(source, "built");
      assert.ok(notes[0]?.includes(note), notes[0]);
    });
  }

  it("lists every attempt and what to do when no way works", async () => {
    const ways = { build: decline("build", "Go is not installed: install Go 1.21 or later") };
    await assert.rejects(ensureToolchain(options({ ways })), (error: unknown) => {
      assert.ok(error instanceof ToolchainError);
      assert.deepEqual(error.attempts, [
        "path: no pulumi on PATH",
        "download: no network",
        "build: Go is not installed: install Go 1.21 or later",
      ]);
      assert.match(error.message, /What to do: .*PATH.*install Go/s);
      return true;
    });
    assert.deepEqual(fs.readdirSync(folder(".landfall/locks")), []);
    assert.equal((await ensureToolchain(options())).source, "built");
  });

  it("goes only the way that LANDFALL_TOOLCHAIN names", async () => {
    const env = { PATH: "/nowhere", LANDFALL_TOOLCHAIN: "download" };
    await assert.rejects(ensureToolchain(options({ env })), { attempts: ["download: no network"] });
    assert.deepEqual(calls, ["download"]);
    await assert.rejects(
      ensureToolchain(options({ env: { LANDFALL_TOOLCHAIN: "magic" } })),
      /LANDFALL_TOOLCHAIN must be path, download or build, not "magic"/,
    );
  });

  it("takes the official plugins where they install, and goes back when forced to", async () => {
    const installPlugin: NonNullable<ToolchainOptions["ways"]>["installPlugin"] = (
      name,
      version,
      { paths },
    ) => {
      const file = path.join(
        paths.home,
        "plugins",
        `resource-${name}-v${version}`,
        `pulumi-resource-${name}`,
      );
      assert.equal(fs.existsSync(file), false, "the embedded plugin is in the way");
      folder.write(file, "\u007fELF", 0o755);
      return Promise.resolve(undefined);
    };
    await ensureToolchain(options());
    const official = { PATH: "/nowhere", LANDFALL_PLUGINS: "official" };
    const first = await ensureToolchain(options({ env: official, ways: { installPlugin } }));
    assert.deepEqual(first.plugins.docker, { kind: "official", version: "5.2.0" });
    assert.equal(first.env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"], undefined);
    const embedded = { PATH: "/nowhere", LANDFALL_PLUGINS: "embedded" };
    const second = await ensureToolchain(options({ env: embedded }));
    assert.deepEqual(second.plugins.random, { kind: "embedded", version: "4.21.2" });
    assert.equal(second.env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"], "true");
  });

  it("keeps the embedded plugins when the official ones do not install", async () => {
    await ensureToolchain(options());
    const env = { PATH: "/nowhere", LANDFALL_PLUGINS: "official" };
    await assert.rejects(
      ensureToolchain(options({ env })),
      /docker.*could not be installed: no network/,
    );
    assert.notEqual(locateToolchain(folder(), { PATH: "/nowhere" }), undefined);
  });

  for (const [what, spoil] of [
    [
      "the engine is gone",
      (base: string) => {
        fs.rmSync(path.join(base, "bin/pulumi"));
      },
    ],
    [
      "a wrapper is another",
      (base: string) => {
        fs.writeFileSync(path.join(base, "bin/pulumi-language-nodejs"), "");
      },
    ],
    [
      "a plugin is gone",
      (base: string) => {
        fs.rmSync(path.join(base, "home/plugins"), { recursive: true });
      },
    ],
    [
      "the manifest is cut short",
      (base: string) => {
        fs.truncateSync(path.join(base, "toolchain.json"), 40);
      },
    ],
    [
      "the manifest is another program's",
      (base: string) => {
        fs.writeFileSync(path.join(base, "toolchain.json"), "[]");
      },
    ],
  ] as const) {
    it(`mends itself when ${what}`, async () => {
      const before = await ensureToolchain(options());
      spoil(folder(".landfall"));
      assert.equal(locateToolchain(folder(), { PATH: "/nowhere" }), undefined);
      const after = await ensureToolchain(options());
      assert.equal(after.pulumi, before.pulumi);
    });
  }
});
