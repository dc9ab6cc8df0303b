import { matcher } from "./patterns";

/** Files that say something to people and nothing to machines. */
const documents = [
  "**/*.md",
  "**/*.mdx",
  "**/*.rst",
  "**/*.adoc",
  "**/docs",
  "**/LICENSE*",
  "**/CHANGELOG*",
  "**/NOTICE*",
];

/** What a program has beside it and does not read: documents, tests, settings of editors and of CI. */
const unread = [...documents, "**/test", "**/tests", "**/.*"];

const dependencies = matcher([
  "**/package.json",
  "**/package-lock.json",
  "**/npm-shrinkwrap.json",
  "**/yarn.lock",
  "**/pnpm-lock.yaml",
  "**/requirements*.txt",
  "**/constraints*.txt",
  "**/pyproject.toml",
  "**/setup.py",
  "**/setup.cfg",
  "**/Pipfile*",
  "**/poetry.lock",
  "**/uv.lock",
  "**/go.mod",
  "**/go.sum",
  "**/Cargo.toml",
  "**/Cargo.lock",
  "**/Gemfile*",
  "**/composer.json",
  "**/composer.lock",
  "**/pom.xml",
  "**/build.gradle*",
]);

const models = matcher(
  ["onnx", "pt", "pth", "pkl", "joblib", "h5", "keras", "safetensors", "gguf", "tflite", "pb"].map(
    (extension) => `**/*.${extension}`,
  ),
);

const isDocument = matcher(documents);

/** Config files of stacks: they are compared by their values, and not as files. */
export const stackConfig = "**/Pulumi.*.yaml";

/** Whether a path is of those that a program does not read. */
export const isUnread = matcher(unread);

/** Whether all of these are documents. */
export function documentsOnly(paths: readonly string[]): boolean {
  return paths.every(isDocument);
}

/** A path of a build context with what it is, where that says more than its name. */
export function describe(path: string, dockerfile: string): string {
  if (path === dockerfile) return `${path} (the Dockerfile)`;
  if (dependencies(path)) return `${path} (dependencies)`;
  if (models(path)) return `${path} (a model)`;
  if (isDocument(path)) return `${path} (a document, but not in .dockerignore)`;
  return path;
}

const shown = 3;

/** A few of many paths in words. */
export function named(paths: readonly string[], word = (path: string): string => path): string {
  const some = paths.slice(0, shown).map(word).join(", ");
  return paths.length > shown ? `${some} and ${paths.length - shown} more` : some;
}
