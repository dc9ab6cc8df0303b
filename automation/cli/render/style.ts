/** The symbols of one terminal: Unicode, or their ASCII stand-ins where the locale cannot show them. */
export interface Symbols {
  ok: string;
  failed: string;
  warning: string;
  bullet: string;
  dot: string;
  arrow: string;
  ellipsis: string;
  spinner: readonly string[];
}

const unicodeSymbols: Symbols = {
  ok: "✔",
  failed: "✖",
  warning: "▲",
  bullet: "•",
  dot: "·",
  arrow: "→",
  ellipsis: "…",
  spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
};

const asciiSymbols: Symbols = {
  ok: "ok",
  failed: "x",
  warning: "!",
  bullet: "*",
  dot: "-",
  arrow: "->",
  ellipsis: "...",
  spinner: ["|", "/", "-", "\\"],
};

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

export type Paint = keyof typeof codes;

/** How one stream is written to: whether it takes colour, and which symbols it can show. */
export interface Style {
  color: boolean;
  unicode: boolean;
  symbols: Symbols;
  paint(text: string, ...paints: Paint[]): string;
}

/** Makes a style; `unicode: false` degrades every symbol to ASCII. */
export function createStyle(options: { color: boolean; unicode: boolean }): Style {
  return {
    color: options.color,
    unicode: options.unicode,
    symbols: options.unicode ? unicodeSymbols : asciiSymbols,
    paint: (text, ...paints) =>
      options.color && text !== "" ? paints.reduce(wrapInCode, text) : text,
  };
}

function wrapInCode(text: string, paint: Paint): string {
  const [open, close] = codes[paint];
  return `\u001b[${open}m${text}\u001b[${close}m`;
}

/**
 * Whether to colour. The flag is the most explicit and wins, then `FORCE_COLOR` (`0` and `false` switch off), then
 * `NO_COLOR` (any value but the empty one, see no-color.org), then what the stream is.
 */
export function wantsColor(env: NodeJS.ProcessEnv, isTTY: boolean, flag?: boolean): boolean {
  if (flag === false) return false;
  const force = env.FORCE_COLOR;
  if (force !== undefined) return force !== "0" && force !== "false";
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  return isTTY && env.TERM !== "dumb";
}

/** Whether the locale of `env` is a UTF-8 one, by the precedence of POSIX: LC_ALL, LC_CTYPE, LANG. */
export function wantsUnicode(env: NodeJS.ProcessEnv): boolean {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((v) => v !== undefined && v !== "");
  return /utf-?8/i.test(locale ?? "");
}
