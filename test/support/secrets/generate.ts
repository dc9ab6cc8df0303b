/** Numbers in 0..1 that a seed gives again. */
export type Random = () => number;

/** Mulberry32: small, and the same everywhere. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const digits = "0123456789";

/** What secrets are made of in practice, and what breaks encoders. */
const alphabets: readonly string[] = [
  letters + digits,
  `${letters}${digits}+/`,
  `${digits}abcdef`,
  `${letters}${digits}"'\`\\`,
  `${letters}${digits}%&=?#+ /:@`,
  `${letters}${digits}<>&;!()*[]{}$^|~,.-_`,
  `${letters}\n\r\t "`,
  `${letters}äöüßéñ漢字🔑👋`,
];

/**
 * Random secrets of 8 to 80 characters over many alphabets. Each tenth begins as another one does, some hold others,
 * some are addresses with a password and some are JSON.
 */
export function randomSecrets(count: number, random: Random): string[] {
  const found = new Set<string>();
  while (found.size < count) {
    const known = [...found];
    const before = known[Math.floor(random() * known.length)];
    const kind = found.size % 20;
    const text = textOf(random);
    if (kind < 2 && before !== undefined) found.add(before + text);
    else if (kind === 2 && before !== undefined) found.add(`${text}${before}${text}`);
    else if (kind === 3)
      found.add(`postgresql://shop:${encodeURIComponent(text)}@db.example.invalid:5432/shop`);
    else if (kind === 4) found.add(JSON.stringify({ client: text, note: textOf(random) }));
    else found.add(text);
  }
  return [...found];
}

function textOf(random: Random): string {
  const alphabet = Array.from(alphabets[Math.floor(random() * alphabets.length)] ?? letters);
  const length = 8 + Math.floor(random() ** 2 * 72);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? "";
  const some = (count: number, from: readonly string[]): string =>
    Array.from({ length: count }, () => pick(from)).join("");
  // Ends that nothing trims, so that what is searched for is what was stored, and a last line that can be found.
  const ends = Array.from(letters);
  return some(1, ends) + some(length - 5, alphabet) + some(4, ends);
}
