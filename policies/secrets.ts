/** Names that values get when they are secret. */
const secretName =
  /(^|_)(PASSWORD|PASSWD|PWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?|AUTH)($|_)/i;

/** Names that hold one of those words and no secret: a file's, a length, a switch. */
const publicName =
  /_(FILE|PATH|DIR|URL|HOST|NAME|ID|TTL|SECONDS|LENGTH|ENABLED|TYPE|METHOD|ALGORITHM|VERSION|ISSUER|AUDIENCE)$/i;

const knownForms: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/,
  /\b(sk|rk)_live_[A-Za-z0-9]{16,}\b/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}\b/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
  // A password in a URL.
  /^[a-z][\w+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i,
];

/** Bits per character that random text of letters and digits has, and words do not. */
const randomEntropy = 3.8;
const randomLength = 24;

/** Why a variable looks like a secret in plain; undefined when it does not. The value is never in the answer. */
export function plainSecret(name: string, value: string): string | undefined {
  if (value === "") return undefined;
  if (knownForms.some((form) => form.test(value))) return "its value has the form of a credential";
  if (secretName.test(name) && !publicName.test(name)) return "its name is that of a secret";
  return looksRandom(value) ? "its value looks generated" : undefined;
}

function looksRandom(value: string): boolean {
  if (value.length < randomLength || !/^[A-Za-z0-9+/_=-]+$/.test(value)) return false;
  // Digests and identifiers are random too, and no secrets.
  if (/^(sha\d+:)?[0-9a-f-]+$/i.test(value)) return false;
  const mixed = /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value);
  return mixed && entropy(value) >= randomEntropy;
}

function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => {
    const share = count / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}
