import { isDeepStrictEqual } from "node:util";

import { CORE_SCHEMA, dump, load } from "js-yaml";

import { ConfigError } from "../errors";

interface Settings {
  config?: Record<string, unknown>;
}

/** Switches inside of one config key, such as `shop:features`, by name. */
export interface ConfigEdit {
  key: string;
  values: Readonly<Record<string, boolean>>;
}

/**
 * A stack's config file with some switches set. All but the key's own lines stays as it is, comments included. The
 * engine's own command is no help here: it changes folded texts elsewhere in the file.
 * @throws ConfigError when the file is not what a config file is
 */
export function withSwitches(text: string, edit: ConfigEdit, path: string): string {
  const before = settingsIn(text, path);
  const old = before.config?.[edit.key];
  const own = isRecord(old) ? old : {};
  const values = { ...own, ...edit.values };
  if (isDeepStrictEqual(own, values)) return text;
  const after = { ...before, config: { ...before.config, [edit.key]: values } };
  const edited = replaced(text, edit.key, values);
  // What the lines are not like is written anew as a whole, rather than wrong.
  return isDeepStrictEqual(parsed(edited), after) ? edited : dumped(after);
}

function replaced(text: string, key: string, values: Readonly<Record<string, unknown>>): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => /^config:\s*(#.*)?$/.test(line));
  if (start < 0)
    return `${text.replace(/\n*$/, text.trim() === "" ? "" : "\n")}${dumped({ config: { [key]: values } })}`;
  const indent =
    /^ +(?=[^\s#])/.exec(
      lines.slice(start + 1).find((line) => /^ +[^\s#]/.test(line)) ?? "  ",
    )?.[0] ?? "  ";
  const block = dumped({ [key]: values })
    .trimEnd()
    .split("\n")
    .map((line) => indent + line);
  const ends = (from: number, isOver: (line: string) => boolean): number => {
    const at = lines.findIndex((line, index) => index > from && line.trim() !== "" && isOver(line));
    return at < 0 ? trimmedEnd(lines) : at;
  };
  const deeper = (line: string): boolean => line.startsWith(`${indent} `);
  const at = lines.findIndex(
    (line, index) => index > start && new RegExp(`^${indent}["']?${escaped(key)}["']?:`).test(line),
  );
  if (at >= 0) lines.splice(at, ends(at, (line) => !deeper(line)) - at, ...block);
  else
    lines.splice(
      ends(start, (line) => !line.startsWith(" ") && !line.startsWith("#")),
      0,
      ...block,
    );
  return lines.join("\n");
}

function trimmedEnd(lines: readonly string[]): number {
  return lines.findLastIndex((line) => line.trim() !== "") + 1;
}

function settingsIn(text: string, path: string): Settings {
  const settings = parsed(text) ?? {};
  if (
    isRecord(settings) &&
    (settings["config"] === undefined ||
      settings["config"] === null ||
      isRecord(settings["config"]))
  )
    return settings;
  throw new ConfigError([{ path, message: "is no config file: `config` must be an object" }]);
}

function parsed(text: string): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA });
  } catch {
    return "not YAML";
  }
}

function dumped(value: object): string {
  return dump(value, { schema: CORE_SCHEMA, lineWidth: -1 });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
