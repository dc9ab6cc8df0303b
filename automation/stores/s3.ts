import { parseRecord, textOf, unsettled } from "../release";
import type { NoteName, ReleaseDraft, ReleaseRecord, ReleaseStore } from "../release";
import type { Bucket } from "./bucket";
import { asSeenHere } from "./owner";

/** At most so many times is the next number tried when others take it. */
const attempts = 100;

/** Records that are read at once. */
const atOnce = 16;

/** Releases as one object each, below a folder per stack. A put is whole or not at all. */
export class S3ReleaseStore implements ReleaseStore {
  /** @param folder In the bucket, with a slash at its end. */
  constructor(
    private readonly bucket: Bucket,
    private readonly folder: string,
  ) {}

  async list(): Promise<ReleaseRecord[]> {
    const numbers = await this.numbers();
    const records: (ReleaseRecord | undefined)[] = [];
    for (let at = 0; at < numbers.length; at += atOnce) {
      const some = numbers.slice(at, at + atOnce).map((number) => this.record(number));
      records.push(...(await Promise.all(some)));
    }
    return Promise.all(records.filter((record) => record !== undefined).map(asSeenHere));
  }

  async begin(draft: ReleaseDraft): Promise<ReleaseRecord> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const number = ((await this.numbers()).at(-1) ?? 0) + 1;
      const record: ReleaseRecord = { ...draft, format: 1, number, state: "running" };
      if (await this.bucket.create(this.key(number), textOf(record))) return record;
    }
    throw new Error(`${this.folder}: no free release number after ${attempts} attempts`);
  }

  async finish(record: ReleaseRecord): Promise<void> {
    await this.bucket.write(this.key(record.number), textOf(record));
  }

  async settle(record: ReleaseRecord): Promise<boolean> {
    const key = this.key(record.number);
    const found = await this.bucket.read(key);
    const state = found && parseRecord(found.text)?.state;
    if (found === undefined || state === undefined || !unsettled.includes(state)) return false;
    return this.bucket.replace(key, textOf(record), found);
  }

  async discard(number: number): Promise<void> {
    await this.bucket.remove(this.key(number));
  }

  async readNote(name: NoteName): Promise<string | undefined> {
    return (await this.bucket.read(this.note(name)))?.text;
  }

  async writeNote(name: NoteName, text: string | undefined): Promise<void> {
    if (text === undefined) await this.bucket.remove(this.note(name));
    else await this.bucket.write(this.note(name), text);
  }

  async removeAll(): Promise<void> {
    for (const key of await this.bucket.keys(this.folder)) await this.bucket.remove(key);
  }

  private async record(number: number): Promise<ReleaseRecord | undefined> {
    const found = await this.bucket.read(this.key(number));
    return found && parseRecord(found.text);
  }

  private async numbers(): Promise<number[]> {
    return (await this.bucket.keys(this.folder))
      .flatMap((key) => /^(\d{6,})\.json$/.exec(key.slice(this.folder.length))?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  private note(name: NoteName): string {
    return `${this.folder}${name}.json`;
  }

  private key(number: number): string {
    return `${this.folder}${String(number).padStart(6, "0")}.json`;
  }
}
