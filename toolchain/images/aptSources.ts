/** One stanza (deb822) or line of apt's configured sources. */
export interface AptSource {
  uris: string[];
  suites: string[];
  components: string[];
  /** Empty: every architecture of the host. */
  architectures: string[];
  /** Path of a keyring, or the armoured key itself. */
  signedBy?: string;
  /** The host takes it without a valid signature. */
  trusted: boolean;
  /** "no" for snapshots, whose indices are past their date. */
  checkValidUntil?: string;
  /** File that it was read from. */
  origin: string;
}

/** Reads one file under /etc/apt: deb822 when it is called .sources, one line per source otherwise. */
export function parseAptSources(text: string, origin: string): AptSource[] {
  return origin.endsWith(".sources") ? parseStanzas(text, origin) : parseLines(text, origin);
}

function parseStanzas(text: string, origin: string): AptSource[] {
  const lines = text.split("\n").filter((line) => !line.startsWith("#"));
  return lines
    .join("\n")
    .split(/\n[ \t]*\n/)
    .map(fieldsOf)
    .filter((fields) => words(fields.get("types")).includes("deb"))
    .filter((fields) => !isNo(fields.get("enabled")))
    .map((fields) => ({
      uris: words(fields.get("uris")),
      suites: words(fields.get("suites")),
      components: words(fields.get("components")),
      architectures: words(fields.get("architectures")),
      signedBy: key(fields.get("signed-by")),
      trusted: isYes(fields.get("trusted")),
      checkValidUntil: fields.get("check-valid-until"),
      origin,
    }));
}

// A field goes on over the lines that begin with a blank; a dot there stands for an empty line.
function fieldsOf(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  let name = "";
  for (const line of stanza.split("\n")) {
    if (/^[ \t]/.test(line)) {
      const rest = line.trim();
      fields.set(name, `${fields.get(name) ?? ""}\n${rest === "." ? "" : rest}`.trimStart());
      continue;
    }
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    name = line.slice(0, colon).trim().toLowerCase();
    fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

const SOURCE_LINE = /^deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*(.*)$/;

function parseLines(text: string, origin: string): AptSource[] {
  return text.split("\n").flatMap((line) => {
    const match = SOURCE_LINE.exec(line.replace(/#.*$/, "").trim());
    if (match === null) return [];
    const options = new Map(
      words(match[1]).map((option) => {
        const equals = option.indexOf("=");
        return [option.slice(0, equals).toLowerCase(), option.slice(equals + 1)] as const;
      }),
    );
    return [
      {
        uris: words(match[2]),
        suites: words(match[3]),
        components: words(match[4]),
        architectures: (options.get("arch") ?? "").split(",").filter((name) => name !== ""),
        signedBy: key(options.get("signed-by")),
        trusted: isYes(options.get("trusted")),
        checkValidUntil: options.get("check-valid-until"),
        origin,
      },
    ];
  });
}

// A fingerprint names a key among the host's own, which the image does not have.
function key(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (value.includes("BEGIN PGP")) return value;
  const first = value.split(/[\s,]+/)[0] ?? "";
  return first.startsWith("/") ? first : undefined;
}

function words(value: string | undefined): string[] {
  return (value ?? "").split(/\s+/).filter((word) => word !== "");
}

function isYes(value: string | undefined): boolean {
  return ["yes", "true", "1", "on", "with", "enable"].includes((value ?? "").toLowerCase());
}

function isNo(value: string | undefined): boolean {
  return ["no", "false", "0", "off", "without", "disable"].includes((value ?? "").toLowerCase());
}
