import { inspect } from "node:util";

import { FormIndex } from "./formIndex";
import type { Span } from "./formIndex";

/** Shorter values (`1`, `no`) are no secrets that a text could be searched for without destroying it. */
export const shortest = FormIndex.shortest;

/** Parts of a secret that are shorter say little: lines, unless all of them are, and what is left of it. */
const shortestPart = 8;

/** Every form in which programs print a secret, as far as it is long enough to be looked for. */
export function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const bytes = Buffer.from(secret, "utf8");
  // Half of a surrogate pair cannot be encoded: encoders throw, and others write the replacement character.
  const wellFormed = bytes.toString("utf8");
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    asciiJson(json),
    inspect(secret, { breakLength: Infinity, maxStringLength: null }).slice(1, -1),
    json.replace(/\\"/g, '"').replace(/'/g, "\\'"),
    encodeURI(wellFormed),
    strictUrl(wellFormed),
    strictUrl(wellFormed).replace(/%2F/g, "/"),
    encodeURIComponent(wellFormed).replace(/%2F/g, "/"),
    new URLSearchParams([["", wellFormed]]).toString().slice(1),
    strictUrl(wellFormed).replace(/%20/g, "+"),
    strictUrl(wellFormed).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    encodeURIComponent(wellFormed),
    escapeHtml(secret),
    goJson(secret),
    ...base64Forms(bytes),
    ...(bytes.length >= 8 ? [bytes.toString("hex"), bytes.toString("hex").toUpperCase()] : []),
  ].filter((form) => form.length >= shortest);
}

/** `encodeURIComponent` leaves !'()* alone; other encoders do not. */
function strictUrl(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Go's JSON encoder also escapes <, > and & (the engine's state and events). */
function goJson(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(
      /[<>&\u2028\u2029]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}

/** Python's encoder, for one, leaves nothing but ASCII. */
function asciiJson(json: string): string {
  return json.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&#34;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (char) => names[char] ?? char);
}

/**
 * Inside a longer text (`user:password` of basic auth) the secret's base64 depends on how many bytes precede it,
 * modulo three. Per alignment these are the characters that depend on the secret alone.
 */
function base64Forms(bytes: Buffer): string[] {
  const forms: string[] = [bytes.toString("base64").replace(/=+$/, "")];
  for (const lead of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const first = Math.ceil((lead * 8) / 6);
    const last = Math.floor(((lead + bytes.length) * 8) / 6);
    const own = encoded.slice(first, last);
    if (own.length >= 6) forms.push(own);
  }
  return forms.flatMap((form) => [form, form.replace(/\+/g, "-").replace(/\//g, "_")]);
}

/** What stands around the password of an address, or before a variable's value, is none: messages may well say it. */
const aroundSecret = /^(?:[a-z][a-z0-9+.-]*:\/\/|@|[a-z_]\w*=$)/i;

/** A text that holds more secrets than these is found by them and by what stands between: all else would be endless. */
const mostHeld = 8;

/**
 * What is left of a secret where others that it holds were taken out: the engine blots out what it knows before anything
 * reaches us, and of two secrets it may take the shorter one first.
 */
export function restsOf(all: readonly string[], fresh: ReadonlySet<string>): Set<string> {
  const rests = new Set<string>();
  for (const whole of all) {
    const held = all.filter((part) => part.length < whole.length && whole.includes(part));
    if (held.length === 0 || !(fresh.has(whole) || held.some((part) => fresh.has(part)))) continue;
    const one = held.length > mostHeld ? [] : held.flatMap((part) => whole.split(part));
    for (const rest of [...one, ...between(whole, held)])
      if (rest.length >= shortestPart && !aroundSecret.test(rest)) rests.add(rest);
  }
  return rests;
}

/** What stands before, between and behind the parts of a text, also where parts overlap. */
function between(whole: string, parts: readonly string[]): string[] {
  const places = parts.flatMap((part) => placesOf(whole, part));
  const starts = [...places.map(({ start }) => start), whole.length].sort((a, b) => a - b);
  const ends = [0, ...places.map(({ end }) => end)].sort((a, b) => a - b);
  const pieces: string[] = [];
  let next = 0;
  for (const end of ends) {
    while ((starts[next] ?? whole.length) < end) next++;
    pieces.push(whole.slice(end, starts[next]));
  }
  let last = 0;
  for (const start of starts) {
    while ((ends[last + 1] ?? Infinity) <= start) last++;
    pieces.push(whole.slice(ends[last], start));
  }
  return pieces;
}

function placesOf(whole: string, part: string): Span[] {
  const places: Span[] = [];
  for (let start = whole.indexOf(part); start >= 0; start = whole.indexOf(part, start + 1))
    places.push({ start, end: start + part.length });
  return places;
}

/** Logs, streams and diagnostics show one line at a time: so each line of a secret is one. */
export function linesOf(text: string): string[] {
  const lines = text.split(/[\r\n]+/).filter((line) => !line.startsWith("-----"));
  if (lines.length === 1) return [];
  const long = lines.filter((line) => line.length >= shortestPart);
  return long.length > 0 ? long : lines.filter((line) => line.length >= shortest);
}
