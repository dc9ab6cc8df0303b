import * as fs from "node:fs";
import * as path from "node:path";
import ts from "typescript";

/** A type of the components' public vocabulary, as its source declares it. */
export type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.ClassDeclaration;

/** One argument or one output. */
export interface Member {
  name: string;
  type: string;
  required: boolean;
  /** Text of `@default`. */
  default: string | undefined;
  text: string;
  /** Names of the types that it mentions. */
  mentions: string[];
}

/** The declarations of components/*.ts and of its migrations/ by name; only their syntax is read, which takes no time. */
export function readDeclarations(folder: string): ReadonlyMap<string, Declaration> {
  const found = new Map<string, Declaration>();
  const folders = [".", "migrations"].flatMap((part) =>
    fs.readdirSync(path.join(folder, part)).map((file) => path.join(part, file)),
  );
  for (const name of folders.filter((file) => file.endsWith(".ts"))) {
    const text = fs.readFileSync(path.join(folder, name), "utf8");
    const file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
    for (const statement of file.statements) {
      if (isDeclaration(statement) && statement.name !== undefined && isExported(statement))
        found.set(statement.name.text, statement);
    }
  }
  return found;
}

/** The arguments of an interface, those that it inherits first. */
export function membersOf(name: string, all: ReadonlyMap<string, Declaration>): Member[] {
  const declaration = all.get(name);
  if (declaration === undefined) throw new Error(`components/ declares no ${name}`);
  if (ts.isTypeAliasDeclaration(declaration)) return membersOfType(declaration.type, all);
  if (!ts.isInterfaceDeclaration(declaration)) return [];
  const inherited = (declaration.heritageClauses ?? []).flatMap((clause) =>
    clause.types.flatMap((base) => inheritedFrom(base, all)),
  );
  return [...inherited, ...declaration.members.flatMap((member) => rows(member, ""))];
}

function membersOfType(type: ts.TypeNode, all: ReadonlyMap<string, Declaration>): Member[] {
  if (ts.isIntersectionTypeNode(type))
    return type.types.flatMap((part) => membersOfType(part, all));
  if (ts.isTypeLiteralNode(type)) return type.members.flatMap((member) => rows(member, ""));
  // `type ApiServiceArgs = ServiceArgs`
  if (ts.isTypeReferenceNode(type) && all.has(type.typeName.getText()))
    return membersOf(type.typeName.getText(), all);
  return [];
}

function inheritedFrom(
  base: ts.ExpressionWithTypeArguments,
  all: ReadonlyMap<string, Declaration>,
): Member[] {
  const name = base.expression.getText();
  if (name !== "Omit" && name !== "Pick") return membersOf(name, all);
  const [from = "", keys = ""] = (base.typeArguments ?? []).map((type) => type.getText());
  return membersOf(from, all).filter(
    (member) => keys.includes(`"${member.name}"`) === (name === "Pick"),
  );
}

/** The public outputs of a component, those of its base class first. */
export function outputsOf(name: string, all: ReadonlyMap<string, Declaration>): Member[] {
  const declaration = all.get(name);
  if (declaration === undefined || !ts.isClassDeclaration(declaration)) return [];
  const base = (declaration.heritageClauses ?? [])
    .filter(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
    .flatMap(({ types }) => types.map((type) => type.expression.getText()));
  const own = declaration.members.filter(ts.isPropertyDeclaration).filter(isPublic);
  return [
    ...base.flatMap((each) => outputsOf(each, all)),
    ...own.flatMap((each) => rows(each, "")),
  ];
}

function isPublic(member: ts.PropertyDeclaration): boolean {
  const hidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];
  return !(member.modifiers ?? []).some(({ kind }) => hidden.includes(kind));
}

/** A member, and with dotted names the members of an object that is described in place. */
function rows(member: ts.Node, prefix: string): Member[] {
  if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) return [];
  const name = `${prefix}${member.name.getText()}`;
  const { type } = member;
  const inPlace = type !== undefined && ts.isTypeLiteralNode(type) ? type.members : [];
  const row: Member = {
    name,
    type: inPlace.length > 0 ? "object" : typeText(type),
    required: member.questionToken === undefined,
    default: tagOf(member, "default"),
    text: textOf(member),
    mentions: mentionsOf(member),
  };
  return [row, ...inPlace.flatMap((inner) => rows(inner, `${name}.`))];
}

function typeText(type: ts.TypeNode | undefined): string {
  return (type?.getText() ?? "").replace(/\breadonly /g, "").replace(/\s+/g, " ");
}

/** Names of the types that a declaration refers to. */
export function mentionsOf(node: ts.Node): string[] {
  const names: string[] = [];
  const visit = (each: ts.Node): void => {
    if (ts.isTypeReferenceNode(each)) names.push(each.typeName.getText());
    ts.forEachChild(each, visit);
  };
  ts.forEachChild(node, visit);
  return names;
}

/** The text of a doc comment on one line; references to other types become code. */
export function textOf(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return plain(ts.getTextOfJSDocComment(doc?.comment));
}

export function tagOf(node: ts.Node, name: string): string | undefined {
  const tag = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === name);
  return tag === undefined ? undefined : plain(ts.getTextOfJSDocComment(tag.comment));
}

/** The code of `@example`, with its lines. */
export function exampleOf(node: ts.Node): string | undefined {
  const tag = ts.getJSDocTags(node).find(({ tagName }) => tagName.text === "example");
  return tag === undefined ? undefined : ts.getTextOfJSDocComment(tag.comment);
}

function plain(text: string | undefined): string {
  return (text ?? "")
    .replace(/\{@link (\w+)\s*\}/g, "`$1`")
    .replace(/\s+/g, " ")
    .trim();
}

function isDeclaration(node: ts.Statement): node is Declaration {
  return (
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isClassDeclaration(node)
  );
}

function isExported(node: Declaration): boolean {
  return (node.modifiers ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}
