import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import ts from "typescript";
import { renderComponentDocs } from "../../scripts/docs";
import { membersOf, outputsOf, readDeclarations } from "../../scripts/docs/source";

const ROOT = path.resolve(__dirname, "../..");
const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), "utf8");

describe("the documentation", () => {
  const markdown = ["README.md", "CONTRIBUTING.md", ...filesBelow("docs")];

  it("of the components is what their sources say", () => {
    for (const [file, text] of Object.entries(renderComponentDocs()))
      assert.equal(read(file), text, `${file} is stale: run npm run docs`);
  });

  it("has no page of a component that is gone", () => {
    const made = Object.keys(renderComponentDocs());
    const pages = filesBelow("docs/components");
    assert.deepEqual(
      pages.filter((page) => !made.includes(page)),
      [],
    );
  });

  it("has a page for every component that the package exports", () => {
    const barrel = read("components/index.ts").replace(/^export type .*$/gm, "");
    const classes = [...readDeclarations(path.join(ROOT, "components"))]
      .filter(
        ([name, node]) =>
          new RegExp(`[{,]\\s*${name}\\b`).test(barrel) && ts.isClassDeclaration(node),
      )
      .map(([name]) => name)
      .filter((name) => !name.endsWith("Error"));
    const titles = filesBelow("docs/components").map((page) => read(page).split("\n", 1)[0]);
    assert.ok(classes.length >= 7, classes.join());
    assert.deepEqual(
      classes.filter((name) => !titles.includes(`# ${name}`)),
      [],
    );
  });

  it("reads inherited, omitted and nested arguments", () => {
    const all = readDeclarations(path.join(ROOT, "components"));
    const names = membersOf("PredictorServiceArgs", all).map(({ name }) => name);
    assert.ok(["image", "resources.cpu", "model"].every((name) => names.includes(name)));
    assert.ok(!names.includes("exposure"));
    const replicas = membersOf("ApiServiceArgs", all).find(({ name }) => name === "replicas");
    assert.equal(replicas?.default, "1");
    assert.equal(replicas.required, false);
    const outputs = outputsOf("PredictorService", all).map(({ name }) => name);
    assert.ok(outputs.includes("internalUrl") && outputs.includes("metricsUrl"));
  });

  for (const file of markdown) {
    it(`has no broken link in ${file}`, () => {
      const broken = linksOf(read(file)).filter((link) => !leadsSomewhere(file, link));
      assert.deepEqual(broken, []);
    });
  }

  it("is checked for links to files and to headings that are not there", () => {
    assert.deepEqual(linksOf("[a](b.md) `[c](d.md)`\n```\n[e](f.md)\n```\n![g](h.png)"), [
      "b.md",
      "h.png",
    ]);
    assert.ok(leadsSomewhere("README.md", "docs/cli.md#exit-codes"));
    assert.ok(!leadsSomewhere("README.md", "docs/cli.md#no-such-heading"));
    assert.ok(!leadsSomewhere("README.md", "docs/no-such-page.md"));
  });
});

/** Markdown files below a folder, with their paths from the repository's root. */
function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => path.posix.join(folder, file))
    .sort();
}

/** Targets of links and images, code left out. */
function linksOf(text: string): string[] {
  const prose = text.replace(/^```.*?^```$/gms, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => target ?? []);
}

function leadsSomewhere(file: string, link: string): boolean {
  if (/^[a-z]+:/.test(link)) return URL.canParse(link);
  const [target = "", heading] = link.split("#");
  const page = target === "" ? file : path.posix.join(path.posix.dirname(file), target);
  if (!fs.existsSync(path.join(ROOT, page))) return false;
  return heading === undefined || headingsOf(read(page)).includes(heading);
}

/** The anchors that a page's headings get. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
