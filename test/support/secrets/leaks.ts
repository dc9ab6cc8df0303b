import { inspect } from "node:util";

/** The beginning of a form by which it is looked up: long enough to be rare, short enough for every form. */
const gramLength = 6;

/** Longer lines of a secret are secrets as well, since logs show one line at a time, and so is what is left of it. */
const shortestPart = 8;

/** A secret in one of the forms in which it may turn up. */
interface Form {
  text: string;
  /** Number of the secret and name of the encoding; never the secret itself. */
  name: string;
}

/** Finds secrets in texts in all encodings: a search of its own, which shares nothing with the redactor. */
export class LeakFinder {
  private readonly byGram = new Map<string, Form[]>();
  /** Marks of how forms begin: most places of a text are passed over by them. */
  private readonly beginnings = new Uint8Array(2 ** 16);

  constructor(secrets: readonly string[]) {
    for (const [index, secret] of secrets.entries()) {
      for (const [name, text] of encodingsOf(secret)) this.add(text, `secret ${index} ${name}`);
      for (const other of secrets) {
        if (other.length >= secret.length || !secret.includes(other)) continue;
        // What is left of it where the other one alone was taken out.
        for (const rest of secret.split(other))
          if (rest.length >= shortestPart) this.add(rest, `the rest of secret ${index}`);
      }
    }
  }

  /** What leaks in a text: which secret, in which encoding, and what stands before it. */
  in(text: string): string[] {
    const found = new Set<string>();
    for (let at = 0; at + gramLength <= text.length; at++) {
      if (this.beginnings[markAt(text, at)] === 0) continue;
      for (const form of this.byGram.get(text.slice(at, at + gramLength)) ?? []) {
        if (!text.startsWith(form.text, at)) continue;
        const before = JSON.stringify(text.slice(Math.max(0, at - 60), at));
        found.add(`${form.name} after ${before}`);
      }
    }
    return [...found];
  }

  /** What leaks in anything: plain data, errors with stack and causes, and what is hidden in them. */
  inValue(value: unknown): string[] {
    const texts = [
      typeof value === "string" ? value : JSON.stringify({ value }),
      inspect(value, { depth: 12, showHidden: true, maxArrayLength: null, maxStringLength: null }),
      ...textsIn(value),
    ];
    return [...new Set(texts.flatMap((text) => this.in(text)))];
  }

  private add(text: string, name: string): void {
    if (text.length < gramLength) return;
    const gram = text.slice(0, gramLength);
    this.beginnings[markAt(text, 0)] = 1;
    this.byGram.set(gram, [...(this.byGram.get(gram) ?? []), { text, name }]);
  }
}

/** A number of 16 bits that three characters have in common wherever they stand. */
function markAt(text: string, at: number): number {
  const mixed = text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2);
  return mixed & 0xffff;
}

/** Every encoding of a secret that programs print: what a program under test is told to print, too. */
export function encodingsOf(secret: string): [string, string][] {
  const bytes = Buffer.from(secret, "utf8");
  const json = JSON.stringify(secret).slice(1, -1);
  const lines = secret.split(/[\r\n]+/).filter((line) => line.length >= shortestPart);
  return [
    ["raw", secret],
    ...(lines.length > 1 ? lines.map((line): [string, string] => ["line", line]) : []),
    ["JSON", json],
    ["ASCII JSON", ascii(json)],
    ["JSON in JSON", JSON.stringify(json).slice(1, -1)],
    ["URL", encodeURIComponent(secret)],
    ["URL path", encodeURIComponent(secret).replaceAll("%2F", "/")],
    ["form", new URLSearchParams([["", secret]]).toString().slice(1)],
    ["inspected", inspect(secret, { breakLength: Infinity }).slice(1, -1)],
    ...[0, 1, 2].map((lead): [string, string] => [`base64 +${lead}`, aligned(bytes, lead)]),
    ...[0, 1, 2].map((lead): [string, string] => {
      return [`base64url +${lead}`, aligned(bytes, lead).replace(/\+/g, "-").replace(/\//g, "_")];
    }),
    ["hex", bytes.toString("hex")],
    ["HEX", bytes.toString("hex").toUpperCase()],
  ];
}

/** The characters of base64 that depend on the secret alone, where `lead` bytes come before it. */
function aligned(bytes: Buffer, lead: number): string {
  const encoded = Buffer.concat([Buffer.alloc(lead, "x"), bytes]).toString("base64");
  const first = Math.ceil((lead * 8) / 6);
  return encoded.slice(first, Math.floor(((lead + bytes.length) * 8) / 6));
}

/** As Python and others write JSON by default. */
function ascii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** All strings that can be reached: JSON and inspection show them escaped. */
function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  const own = Object.getOwnPropertyNames(value).flatMap((key) => {
    return [key, ...textsIn(Reflect.get(value, key), seen)];
  });
  const { toJSON } = value as { toJSON?: unknown };
  return typeof toJSON === "function" ? [...own, JSON.stringify(value)] : own;
}
