import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import ts from "typescript";

import { errorTable } from "../../../automation/errors";

const root = resolve(__dirname, "../../..");
const read = (file: string): string => readFileSync(join(root, "docs", file), "utf8");

describe("docs/errors.md", () => {
  it("lists every error code with its exit code, meaning and fix, and no other", () => {
    const text = read("errors.md");
    const rows = Array.from(
      text.matchAll(/^\| `(\w+)` \| +(\d+) \| +(.*?) \| +(.*?) \|$/gm),
      ([, code, exit, meaning, fix]) => [code, Number(exit), meaning?.trim(), fix?.trim()] as const,
    );
    const table = Object.entries(errorTable).map(([code, { exitCode, meaning, fix }]) => [
      code,
      exitCode,
      meaning,
      fix,
    ]);
    assert.deepEqual(rows, table);
  });
});

describe("docs/automation.md", () => {
  it("has examples that compile against the SDK as it is", function () {
    this.timeout(120_000);
    const blocks = Array.from(
      read("automation.md").matchAll(/^```ts\n([\s\S]*?)^```$/gm),
      ([, code = ""]) => code,
    );
    assert.ok(blocks.length >= 6);
    const files = new Map(
      blocks.map((code, i) => [join(root, "test", `docs-example-${i}.ts`), code]),
    );
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ES2022,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      esModuleInterop: true,
      lib: ["lib.es2023.d.ts"],
      types: ["node"],
      baseUrl: root,
      paths: { "landfall/automation": ["automation/index.ts"] },
    };
    const host = ts.createCompilerHost(options);
    const getSourceFile = host.getSourceFile.bind(host);
    host.getSourceFile = (name, language, ...rest) => {
      const code = files.get(name);
      return code === undefined
        ? getSourceFile(name, language, ...rest)
        : ts.createSourceFile(name, code, language);
    };
    const fileExists = host.fileExists.bind(host);
    const readFile = host.readFile.bind(host);
    host.fileExists = (name) => files.has(name) || fileExists(name);
    host.readFile = (name) => files.get(name) ?? readFile(name);
    const program = ts.createProgram([...files.keys()], options, host);
    const problems = [...files.keys()].flatMap((file) =>
      ts
        .getPreEmitDiagnostics(program, program.getSourceFile(file))
        .map(({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`),
    );
    assert.deepEqual(problems, []);
  });
});
