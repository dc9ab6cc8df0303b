import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parseRuntimeOptions } from "../../../../toolchain/languageHost/options";
import { isTranspiledHere } from "../../../../toolchain/languageHost/sources";
import { packageRoot } from "../../../../toolchain/paths";
import { temporaryFolder } from "../folder";

describe("a program that is transpiled without ts-node", () => {
  const folder = temporaryFolder();
  const options = parseRuntimeOptions({});
  const env = {};

  it("is this checkout's own", () => {
    assert.ok(isTranspiledHere(packageRoot, options, { env }));
    assert.ok(!isTranspiledHere(path.join(packageRoot, "apps"), options, { env }));
  });

  it("is none that has said how it is to be compiled", () => {
    const other = { ...options, tsconfig: "tsconfig.strict.json" };
    assert.ok(!isTranspiledHere(packageRoot, other, { env }));
    assert.ok(!isTranspiledHere(packageRoot, { ...options, typescript: false }, { env }));
    for (const key of ["PULUMI_NODEJS_TSCONFIG_PATH", "PULUMI_NODEJS_TRANSPILE_ONLY"])
      assert.ok(!isTranspiledHere(packageRoot, options, { env: { [key]: "false" } }), key);
  });

  it("is none whose types ts-node checks, and none of an installed package", () => {
    const root = folder();
    assert.ok(!isTranspiledHere(root, options, { root, env }));
    fs.writeFileSync(path.join(root, "tsconfig.json"), '{ "ts-node": {} }');
    assert.ok(!isTranspiledHere(root, options, { root, env }));
    fs.writeFileSync(path.join(root, "tsconfig.json"), '{ "ts-node": { "swc": true } }');
    assert.ok(isTranspiledHere(root, options, { root, env }));
    fs.writeFileSync(path.join(root, "tsconfig.json"), "{ // a comment");
    assert.ok(!isTranspiledHere(root, options, { root, env }));
  });
});
