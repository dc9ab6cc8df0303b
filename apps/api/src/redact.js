const MASK = "[redacted]";
const URL_PASSWORD = /(\/\/[^/\s:@"']*:)[^/\s@"']+(?=@)/g;

/**
 * A function that takes the passwords of the given URLs out of a text, in each form in which they may turn up, and the
 * password of any other URL besides.
 *
 * @param {(string | undefined)[]} urls
 * @returns {(text: string) => string}
 */
export function createRedactor(urls) {
  const forms = [...new Set(urls.flatMap(passwordForms))].sort((a, b) => b.length - a.length);
  return (text) =>
    forms
      .reduce((rest, form) => rest.replaceAll(form, MASK), text)
      .replace(URL_PASSWORD, `$1${MASK}`);
}

/** @param {string | undefined} url */
function passwordForms(url) {
  const encoded = url === undefined ? "" : new URL(url).password;
  // A password of one or two letters would blank out half of every line.
  if (encoded.length < 3) return [];
  const raw = decode(encoded);
  return [
    raw,
    encoded,
    encodeURIComponent(raw),
    JSON.stringify(raw).slice(1, -1),
    Buffer.from(raw).toString("base64"),
  ];
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
