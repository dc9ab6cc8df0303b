import * as fs from "node:fs";
import * as path from "node:path";
import ts from "typescript";
import { COMPONENTS } from "./docs/components";
import type { ComponentPage } from "./docs/components";
import { exampleOf, membersOf, mentionsOf, outputsOf } from "./docs/source";
import { readDeclarations, tagOf, textOf } from "./docs/source";
import type { Declaration, Member } from "./docs/source";

const ROOT = path.resolve(__dirname, "..");
/** Types with a page or a meaning of their own: not spelled out where they are used. */
const OPAQUE = ["Environment", "Linkable", "Link", "Service", "Problems", "Capabilities"];

/** What members of these names mean wherever their declaration does not say more. */
const MEANINGS: Readonly<Record<string, string>> = {
  environment: "Where it runs.",
  env: "Environment variables.",
  secrets: "Environment variables that are secrets: encrypted in state, never shown.",
  link: "What a service is given that names this component in its `links`.",
  port: "Port that it listens on.",
  memory: "Memory that it may take.",
  restart: "What restarts a container that has ended.",
  build: "Where the source is.",
  replicas: "How many run side by side.",
};

/** The pages of the components, by path from the repository's root. */
export function renderComponentDocs(): Record<string, string> {
  const all = readDeclarations(path.join(ROOT, "components"));
  const pages = COMPONENTS.map((page): [string, string] => [
    `docs/components/${page.file}`,
    renderPage(page, all),
  ]);
  return { "docs/components.md": renderIndex(), ...Object.fromEntries(pages) };
}

function renderIndex(): string {
  const items = COMPONENTS.map((page) => [`[${page.name}](components/${page.file})`, page.summary]);
  return join([
    "# Components",
    NOTE,
    "All of them take a name, their arguments and Pulumi's resource options. Mistakes in the arguments are reported all at " +
      "once, before anything is created. Names of what they make carry project and stack; `transform` changes a resource " +
      "that a component is made of.",
    table(["component", "what it is"], items),
    "`links: [db, cache, predictor]` gives a service what it needs to reach others, and nothing wider: `DATABASE_URL`, " +
      "`REDIS_URL` and `<NAME>_URL` as environment variables, and the right to reach them.",
  ]);
}

const NOTE = "<!-- Made from the sources in components/ by `npm run docs`. -->";

function renderPage(page: ComponentPage, all: ReadonlyMap<string, Declaration>): string {
  const declaration = all.get(page.name);
  const argsName = `${page.name}Args`;
  const args = all.get(argsName);
  if (declaration === undefined || args === undefined)
    throw new Error(`components/ declares no ${page.name} or no ${argsName}`);
  const members = membersOf(argsName, all);
  const outputs = outputsOf(page.name, all);
  const argumentTypes = referredTypes(members, all);
  return join([
    `# ${page.name}`,
    NOTE,
    textOf(declaration),
    "```ts\n" + (exampleOf(declaration) ?? "") + "\n```",
    "## Arguments",
    textOf(args),
    argumentTable(members),
    ...argumentTypes.flatMap((name) => typeSection(name, all, argumentTable)),
    "## Outputs",
    outputTable(outputs),
    ...referredTypes(outputs, all)
      .filter((name) => !argumentTypes.includes(name))
      .flatMap((name) => typeSection(name, all, outputTable)),
    ...errors(declaration),
    "## What it makes on Docker",
    page.docker.map((item) => `- ${item}`).join("\n"),
    ...(page.aws === undefined
      ? []
      : ["## What it makes on AWS", page.aws.map((item) => `- ${item}`).join("\n")]),
  ]);
}

/** The types that the arguments mention, and what these mention, each once. */
function referredTypes(
  members: readonly Member[],
  all: ReadonlyMap<string, Declaration>,
): string[] {
  const found: string[] = [];
  const visit = (names: readonly string[]): void => {
    for (const name of names) {
      const declaration = all.get(name);
      if (declaration === undefined || OPAQUE.includes(name) || found.includes(name)) continue;
      found.push(name);
      visit(mentionsOf(declaration));
    }
  };
  visit(members.flatMap(({ mentions }) => mentions));
  return found;
}

function typeSection(
  name: string,
  all: ReadonlyMap<string, Declaration>,
  render: (members: readonly Member[]) => string,
): string[] {
  const declaration = all.get(name);
  if (declaration === undefined) return [];
  const members = membersOf(name, all);
  const isAlias = ts.isTypeAliasDeclaration(declaration) && !ts.isTypeLiteralNode(declaration.type);
  return [
    `### ${name}`,
    textOf(declaration),
    isAlias ? "```ts\n" + aliasText(declaration) + "\n```" : "",
    members.length > 0 ? render(members) : "",
  ];
}

/** An alias without the documentation of its parts, which the table has. */
function aliasText(declaration: ts.TypeAliasDeclaration): string {
  const text = declaration.getText().replace(/\/\*\*.*?\*\/\s*/gs, "");
  return text.replace(/^export |\breadonly /g, "");
}

function errors(declaration: Declaration): string[] {
  if (!ts.isClassDeclaration(declaration)) return [];
  const made = declaration.members.find(ts.isConstructorDeclaration);
  const thrown = made === undefined ? undefined : tagOf(made, "throws");
  return thrown === undefined ? [] : ["## Errors", `\`${thrown.replace(/ /, "` ")}`];
}

function argumentTable(members: readonly Member[]): string {
  const rows = members.map(({ name, type, required, default: value, text }) => [
    code(name),
    code(type),
    required ? "**required**" : (value ?? ""),
    text === "" ? (MEANINGS[name] ?? "") : text,
  ]);
  return table(["argument", "type", "default", "meaning"], rows);
}

function outputTable(members: readonly Member[]): string {
  const rows = members.map(({ name, type, text }) => [
    code(name),
    code(type),
    text === "" ? (MEANINGS[name] ?? "") : text,
  ]);
  return table(["output", "type", "meaning"], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function cell(text: string): string {
  return text.replace(/\|/g, "\\|");
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

function join(blocks: readonly string[]): string {
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

if (require.main === module) {
  for (const [file, text] of Object.entries(renderComponentDocs())) {
    fs.mkdirSync(path.dirname(path.join(ROOT, file)), { recursive: true });
    fs.writeFileSync(path.join(ROOT, file), text);
  }
}
