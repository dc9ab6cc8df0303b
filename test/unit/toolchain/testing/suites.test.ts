import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ALONE, LONGEST, allJobs, suiteKinds } from "../../../../toolchain/testing/suites";
import { PORTS, SUBNETS } from "../../../docker/addresses";
import { ROOT } from "../../../support/program";

describe("the suites", () => {
  const files = (folder: string): string[] =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `${folder}/${file}`)
      .sort();

  it("hold every test file: those of AWS, Docker, the engine and whole stacks each in a job of its own", () => {
    const jobs = allJobs();
    for (const kind of suiteKinds)
      assert.ok(
        jobs.some((job) => job.kind === kind),
        kind,
      );
    const kinds = ["aws", "docker", "engine", "stacks"];
    const tests = kinds.flatMap((kind) => files(`test/${kind}`));
    const divided = jobs.filter(({ kind }) => kinds.includes(kind));
    assert.deepEqual(
      divided.map(({ name }) => name).sort(),
      tests.filter((file) => file.endsWith(".test.ts")).sort(),
    );
    const folders = readdirSync(join(ROOT, "test")).filter((folder) =>
      files(`test/${folder}`).some((file) => file.endsWith(".test.ts")),
    );
    assert.deepEqual(folders.sort(), ["aws", "docker", "engine", "package", "stacks", "unit"]);
    assert.equal(new Set(jobs.map(({ log }) => log)).size, jobs.length);
  });

  it("name only jobs that there are", () => {
    const names = new Set(allJobs().map(({ name }) => name));
    for (const name of [...LONGEST, ...Object.keys(ALONE)]) assert.ok(names.has(name), name);
  });

  it("run no two files on one host port or in one network", () => {
    const ports = numbersIn(PORTS);
    assert.equal(new Set(ports).size, ports.length);
    assert.ok(ports.every((port) => port < 32_768));
    const subnets = Object.values(SUBNETS);
    assert.equal(new Set<string>(subnets).size, subnets.length);
  });

  it("take their host ports and networks from the one table", () => {
    const literal = /(127\.0\.0\.1|localhost):\d{4,}|"[^"]+", \d{5}\)|\b10\.231\./;
    for (const file of files("test/docker").filter((name) => !name.endsWith("/addresses.ts")))
      assert.doesNotMatch(readFileSync(join(ROOT, file), "utf8"), literal, file);
  });
});

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return Object.values(value as object).flatMap(numbersIn);
}
