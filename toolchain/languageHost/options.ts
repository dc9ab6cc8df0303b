/** The `runtime.options` of a Pulumi.yaml that the Node language host understands. */
export interface RuntimeOptions {
  /** Whether programs may be TypeScript. @default true */
  typescript: boolean;
  /** Path of the tsconfig, relative to the program's folder. @default tsconfig.json */
  tsconfig?: string;
  /** Arguments for `node` itself. */
  nodeargs: string[];
  /** The package manager that installs dependencies. @default found by its lock file */
  packagemanager: PackageManager | "auto";
}

export type PackageManager = "npm" | "yarn" | "pnpm" | "bun";

const PACKAGE_MANAGERS: readonly string[] = ["auto", "npm", "yarn", "pnpm", "bun"];

/**
 * Reads the runtime's options.
 * @throws Error naming the option, the rule and what was received.
 */
export function parseRuntimeOptions(raw: Record<string, unknown>): RuntimeOptions {
  const options: RuntimeOptions = { typescript: true, nodeargs: [], packagemanager: "auto" };
  for (const [key, value] of Object.entries(raw)) {
    switch (key) {
      case "typescript":
        if (typeof value !== "boolean") throw invalid(key, "true or false", value);
        options.typescript = value;
        break;
      case "tsconfig":
        if (typeof value !== "string") throw invalid(key, "a path", value);
        options.tsconfig = value;
        break;
      case "nodeargs":
        if (typeof value !== "string") throw invalid(key, "a string of arguments", value);
        options.nodeargs = splitWords(value);
        break;
      case "packagemanager":
        if (!isPackageManager(value)) throw invalid(key, PACKAGE_MANAGERS.join(", "), value);
        options.packagemanager = value;
        break;
      default:
        // The engine passes on what other hosts understand; an unknown option is theirs to judge.
        break;
    }
  }
  return options;
}

/** Splits a command line as a POSIX shell does, without expansions. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === "\\" && quote !== "'" && i + 1 < line.length) {
      word = (word ?? "") + line.charAt(++i);
    } else if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else word = (word ?? "") + char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== undefined) throw new Error(`nodeargs: a ${quote} is not closed in: ${line}`);
  if (word !== undefined) words.push(word);
  return words;
}

function isPackageManager(value: unknown): value is RuntimeOptions["packagemanager"] {
  return typeof value === "string" && PACKAGE_MANAGERS.includes(value);
}

function invalid(key: string, rule: string, value: unknown): Error {
  return new Error(
    `Pulumi.yaml: runtime.options.${key} must be ${rule}, not ${JSON.stringify(value)}`,
  );
}
