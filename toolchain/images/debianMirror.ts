import type { AptSource } from "./aptSources";

/** A Debian mirror that the host's apt uses, and so can be expected to answer here. */
export interface DebianMirror {
  uri: string;
  /** Keyring (path or armoured key) where it is not Debian's own. */
  keyring?: string;
  trusted: boolean;
  /** The release, its updates and its security fixes, as the host has them. */
  sources: AptSource[];
}

export interface MirrorChoice {
  /** Best first; empty when the host has none that fits, so that mmdebstrap's default is the choice. */
  mirrors: DebianMirror[];
  /** Why a source of the host that looked fit was not taken. */
  notes: string[];
}

/** Where the image keeps a keyring that is not Debian's own. */
export const mirrorKeyring = "/usr/share/keyrings/landfall-mirror.gpg";

const DEBIAN_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Chooses from the host's apt sources those that can serve a root folder of the suite. */
export function chooseMirrors(
  sources: AptSource[],
  target: { suite: string; architecture: string },
): MirrorChoice {
  const notes: string[] = [];
  const wanted = suitesOf(target.suite);
  const usable = sources
    .filter(({ suites }) => suites.some((name) => wanted.includes(name)))
    .filter(({ components }) => components.includes("main"))
    .filter(
      ({ architectures }) =>
        architectures.length === 0 || architectures.includes(target.architecture),
    )
    .map((source) => ({ ...source, uris: source.uris.filter((uri) => isUsable(uri, notes)) }))
    .filter(({ uris }) => uris.length > 0);
  const mirrors = usable
    .filter((source) => source.suites.includes(target.suite))
    .sort((a, b) => rank(a) - rank(b))
    .flatMap((primary) =>
      primary.uris.map((uri) => ({
        uri,
        keyring: foreignKeyring(primary),
        trusted: primary.trusted,
        sources: belonging(usable, primary, target.suite),
      })),
    );
  return { mirrors, notes };
}

/** Text of a sources file (deb822): by default the image's own, which has a foreign keyring at a fixed place. */
export function renderSources(mirror: DebianMirror, keyring = mirrorKeyring): string {
  return mirror.sources
    .map((source) =>
      [
        "Types: deb",
        `URIs: ${source.uris.join(" ")}`,
        `Suites: ${source.suites.join(" ")}`,
        `Components: ${source.components.join(" ")}`,
        `Signed-By: ${foreignKeyring(source) === undefined ? DEBIAN_KEYRING : keyring}`,
        ...(source.trusted ? ["Trusted: yes"] : []),
        ...(source.checkValidUntil === undefined
          ? []
          : [`Check-Valid-Until: ${source.checkValidUntil}`]),
      ].join("\n"),
    )
    .join("\n\n")
    .concat("\n");
}

function suitesOf(suite: string): string[] {
  return [suite, `${suite}-updates`, `${suite}-security`];
}

// Third parties name suite and component alike, but sign with a key of their own.
function rank(source: AptSource): number {
  if (source.signedBy?.includes("debian-archive") === true) return 0;
  return source.signedBy === undefined ? 1 : 2;
}

function belonging(usable: AptSource[], primary: AptSource, suite: string): AptSource[] {
  const suites = suitesOf(suite);
  return usable
    .filter((source) => foreignKeyring(source) === foreignKeyring(primary))
    .filter((source) => source === primary || !source.suites.includes(suite))
    .map((source) => ({
      ...source,
      suites: source.suites.filter((name) => suites.includes(name)),
    }))
    .filter((source) => source.suites.length > 0);
}

function foreignKeyring({ signedBy }: AptSource): string | undefined {
  return signedBy === undefined || signedBy.includes("debian-archive") ? undefined : signedBy;
}

function isUsable(uri: string, notes: string[]): boolean {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    notes.push(`apt source ${redacted(uri)}: only http and https reach into a container`);
    return false;
  }
  if (url.username === "" && url.password === "") return true;
  notes.push(`apt source ${redacted(uri)}: it carries credentials, which an image must not keep`);
  return false;
}

function redacted(uri: string): string {
  return uri.replace(/\/\/[^@/]*@/, "//***@");
}
