import { FormIndex } from "./formIndex";
import { formsOf, linesOf, restsOf, shortest } from "./forms";

/** What stands where a secret was: the engine's own word. */
export const redacted = "[secret]";

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
