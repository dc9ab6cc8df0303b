import { inspect } from "node:util";

import { FormIndex } from "./redactIndex";

/** What stands where a secret was: the engine's own word. */
export const redacted = "[secret]";

/** Shorter values (`1`, `no`) are no secrets that a text could be searched for without destroying it. */
const shortest = FormIndex.shortest;

/** Secret values that are everyday words would blot out half of every message. */
const everyday = new Set(["true", "false", "null", "none", "undefined"]);

/**
 * Replaces every known secret value, in every form in which it may turn up, by `[secret]`:
 * raw, JSON-escaped, as a literal of Node or Python, URL-encoded, base64 (standard and URL-safe, at each of the three
 * alignments) and hex. Of a value of several lines each line is found by itself.
 * Values of fewer than four characters cannot be told from ordinary text and are left.
 */
export class Redactor {
  private readonly values = new Set<string>();
  private readonly forms = new FormIndex();

  constructor(secrets: Iterable<unknown> = []) {
    this.add(secrets);
  }

  /** Learns more secret values. Objects and arrays give all their strings and numbers. */
  add(secrets: Iterable<unknown>): void {
    const fresh = [...secrets].flatMap(textsOf).filter((text) => !this.values.has(text));
    for (const text of fresh) {
      this.values.add(text);
      for (const part of [text, ...linesOf(text)]) this.learn(part);
    }
    if (fresh.length === 0) return;
    for (const rest of restsOf([...this.values], new Set(fresh))) this.learn(rest);
  }

  /** How many secret values are known. */
  get size(): number {
    return this.values.size;
  }

  /** The text without any secret. */
  text(text: string): string {
    if (this.size === 0) return text;
    const stream = this.stream();
    return stream.write(text) + stream.end();
  }

  /** A deep copy of plain data without any secret, in keys too. */
  data<T>(value: T): T {
    return this.size === 0 ? value : (this.copy(value) as T);
  }

  /** A filter for text that comes in chunks: a secret that is cut by a border is found as well. */
  stream(): RedactingStream {
    return new RedactingStream(this.forms);
  }

  private learn(text: string): void {
    for (const form of formsOf(text)) this.forms.add(form);
  }

  private copy(value: unknown): unknown {
    if (typeof value === "string") return this.isPlainDigest(value) ? value : this.text(value);
    if (typeof value === "number") return this.isSecretNumber(value) ? redacted : value;
    if (Array.isArray(value)) return value.map((item) => this.copy(item));
    if (value === null || typeof value !== "object" || value instanceof Date) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.text(key), this.copy(item)]),
    );
  }

  /** A short numeric secret would otherwise break one image id in a thousand, and with it a rollback. */
  private isPlainDigest(text: string): boolean {
    return (
      /^sha256:[0-9a-f]{64}$/.test(text) &&
      !this.values.has(text) &&
      !this.values.has(text.slice(7))
    );
  }

  private isSecretNumber(value: number): boolean {
    const text = String(value);
    return text.length >= 6 && this.values.has(text);
  }
}

/** Holds back as much text as the longest secret needs to show itself; gives the same text for any chunking. */
export class RedactingStream {
  private held = "";
  /** How many leading characters of `held` belong to a secret whose mark has been given out already. */
  private covered = 0;

  constructor(private readonly forms: FormIndex) {}

  /** Takes a chunk, gives the text that is safe to show now. */
  write(chunk: string): string {
    this.held += chunk;
    return this.release(Math.max(0, this.held.length - Math.max(0, this.forms.longest - 1)));
  }

  /** The rest. */
  end(): string {
    return this.release(this.held.length);
  }

  /** Gives out what starts before `limit`: there every secret that could match has shown itself. */
  private release(limit: number): string {
    let shown = "";
    let position = this.covered;
    for (const { start, end } of this.forms.find(this.held)) {
      if (start >= limit) break;
      if (start >= position) shown += this.held.slice(position, start) + redacted;
      position = Math.max(position, end);
    }
    if (position < limit) shown += this.held.slice(position, limit);
    this.held = this.held.slice(limit);
    this.covered = Math.max(0, position - limit);
    return shown;
  }
}

function textsOf(secret: unknown): string[] {
  if (typeof secret === "string")
    return secret.length >= shortest && !everyday.has(secret) ? [secret] : [];
  if (typeof secret === "number" || typeof secret === "bigint") return textsOf(String(secret));
  if (secret === null || typeof secret !== "object") return [];
  return Object.values(secret).flatMap(textsOf);
}

/** What stands around the password of an address is none: messages may well say it. */
const aroundPassword = /^(?:[a-z][a-z0-9+.-]*:\/\/|@)/i;

/**
 * What is left of a secret where another one that it holds was taken out: the engine blots out what it knows before
 * anything reaches us, and of two secrets it may take the shorter one first.
 */
function restsOf(all: readonly string[], fresh: ReadonlySet<string>): Set<string> {
  const rests = new Set<string>();
  for (const whole of all) {
    const held = all.filter((part) => part.length < whole.length && whole.includes(part));
    if (held.length === 0 || !(fresh.has(whole) || held.some((part) => fresh.has(part)))) continue;
    const apart = held.reduce((rest, part) => rest.flatMap((each) => each.split(part)), [whole]);
    for (const rest of [...held.flatMap((part) => whole.split(part)), ...apart])
      if (rest.length >= shortestPart && !aroundPassword.test(rest)) rests.add(rest);
  }
  return rests;
}

/** Parts of a secret that are shorter say little: lines, unless all of them are, and what is left of it. */
const shortestPart = 8;

/** Logs, streams and diagnostics show one line at a time: so each line of a secret is one. */
function linesOf(text: string): string[] {
  const lines = text.split(/[\r\n]+/).filter((line) => !line.startsWith("-----"));
  if (lines.length === 1) return [];
  const long = lines.filter((line) => line.length >= shortestPart);
  return long.length > 0 ? long : lines.filter((line) => line.length >= shortest);
}

function formsOf(secret: string): string[] {
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
