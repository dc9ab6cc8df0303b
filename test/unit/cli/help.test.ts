import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { errorTable, exitCodes } from "../../../automation/errors";
import { operations } from "../../../automation/operations";
import type { OperationName } from "../../../automation/operations";
import { optionOf } from "../../../automation/cli/args";
import { verbs } from "../../../automation/cli/verbs";
import { landfall } from "./fakes";

const names = Object.keys(verbs) as OperationName[];
const reference = join(__dirname, "../../../docs/cli.md");

/** Fields of an operation's arguments, and of those of the forms that its command has. */
function fieldsOf(name: OperationName): string[] {
  const forms = names.filter((form) => verbs[form].formOf?.name === name);
  return [name, ...forms].flatMap((each) => Object.keys(operations[each].args.shape));
}

/** Commands; another form of one has none of its own. */
const commands = names.filter((name) => verbs[name].formOf === undefined);

/** What is typed for an operation. */
function commandOf(name: OperationName): string {
  return verbs[name].command ?? name;
}

async function help(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await landfall([...argv, "--help"]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout;
}

describe("help", () => {
  it("lists every operation, with the operation's own summary", async () => {
    const text = await help();
    assert.deepEqual([...names].sort(), Object.keys(operations).sort());
    for (const name of names) {
      assert.equal(verbs[name].summary, operations[name].summary);
      const { formOf } = verbs[name];
      const where = formOf === undefined ? text : await help(formOf.name);
      const line = formOf === undefined ? commandOf(name) : `--${formOf.flag}`;
      const summary = operations[name].summary.toLowerCase();
      const flat = where.toLowerCase().replace(/\s+/g, " ");
      assert.ok(where.includes(`  ${line} `) && flat.includes(summary), name);
    }
  });

  it("tells every exit code", async () => {
    const text = await help();
    for (const code of Object.values(exitCodes)) assert.match(text, new RegExp(`^  ${code} `, "m"));
  });

  for (const name of names) {
    it(`of ${name} has an option for every argument of the operation, and examples`, async () => {
      const text = await help(commandOf(name));
      for (const field of Object.keys(operations[name].args.shape)) {
        assert.match(text, new RegExp(`^ .*${optionOf(field)}\\b`, "m"), `no option for ${field}`);
      }
      for (const common of ["--stack", "--cwd", "--json", "--events", "--verbose", "--no-color"]) {
        assert.ok(text.includes(common), common);
      }
      assert.match(text, new RegExp(`Examples:\\n  \\$ landfall ${commandOf(name)}`));
    });
  }

  it("has no option that the operation does not know", async () => {
    const own = /--(stack|cwd|json|events|verbose|no-color|help|yes)\b/;
    for (const name of commands) {
      const flags = names.flatMap((form) => verbs[form].formOf?.flag ?? []);
      const fields = [...fieldsOf(name), ...flags].map(optionOf);
      const optionLines = (await help(commandOf(name)))
        .split("\n")
        .filter((line) => /^ {2}(-\w, )?--/.test(line));
      for (const line of optionLines) {
        const option = /--[\w-]+/.exec(line)?.[0] ?? "";
        assert.ok(own.test(option) || fields.includes(option), `${name}: ${option}`);
      }
    }
  });

  it("prints the version alone", async () => {
    const { stdout, code } = await landfall(["--version"]);
    assert.equal(code, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\S*\n$/);
  });
});

describe("docs/cli.md", () => {
  // UPDATE_DOCS=1 writes the help texts into the page; without it they must be there already.
  const marked = /(<!-- help:([\w -]*) -->\n```text\n)[^]*?(\n```)/g;

  it("holds the help of every command as it is now", async () => {
    const page = readFileSync(reference, "utf8");
    const found = [...page.matchAll(marked)].map(([, , name = ""]) => name.trim());
    assert.deepEqual([...found].sort(), ["", ...commands.map(commandOf)].sort());
    const texts = new Map<string, string>();
    for (const name of found) texts.set(name, (await help(...(name === "" ? [] : [name]))).trim());
    const current = page.replace(
      marked,
      (_, before: string, name: string, after: string) =>
        before + (texts.get(name.trim()) ?? "") + after,
    );
    if (process.env.UPDATE_DOCS === "1") writeFileSync(reference, current);
    else assert.equal(page, current);
  });

  it("tells every exit code that an error can have", () => {
    const page = readFileSync(reference, "utf8");
    const codes = new Set(Object.values(errorTable).map(({ exitCode }) => exitCode));
    for (const code of [exitCodes.ok, ...codes])
      assert.match(page, new RegExp(`^\\| ${code} +\\|`, "m"));
  });
});
