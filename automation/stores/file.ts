import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { parseRecord, textOf, unsettled } from "../release";
import type { NoteName, ReleaseDraft, ReleaseRecord, ReleaseStore } from "../release";
import { asSeenHere } from "./owner";

/** At most so many times is the next number tried when others take it. */
const attempts = 100;

/** Releases as one JSON file each, in a folder per stack. Every write is atomic and on disk before it counts. */
export class FileReleaseStore implements ReleaseStore {
  constructor(private readonly dir: string) {}

  async list(): Promise<ReleaseRecord[]> {
    const numbers = await this.numbers();
    const records = await Promise.all(numbers.map((number) => this.record(number)));
    return Promise.all(records.filter((record) => record !== undefined).map(asSeenHere));
  }

  async begin(draft: ReleaseDraft): Promise<ReleaseRecord> {
    await mkdir(this.dir, { recursive: true });
    for (let attempt = 0; attempt < attempts; attempt++) {
      const number = ((await this.numbers()).at(-1) ?? 0) + 1;
      const record: ReleaseRecord = { ...draft, format: 1, number, state: "running" };
      if (await this.writeNew(record)) return record;
    }
    throw new Error(`${this.dir}: no free release number after ${attempts} attempts`);
  }

  async finish(record: ReleaseRecord): Promise<void> {
    const temporary = await this.writeTemporary(textOf(record));
    await rename(temporary, this.file(record.number));
    await this.syncFolder();
  }

  async settle(record: ReleaseRecord): Promise<boolean> {
    const state = (await this.record(record.number))?.state;
    if (state === undefined || !unsettled.includes(state)) return false;
    await this.finish(record);
    return true;
  }

  async discard(number: number): Promise<void> {
    await rm(this.file(number), { force: true });
  }

  async readNote(name: NoteName): Promise<string | undefined> {
    return readFile(this.note(name), "utf8").catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    });
  }

  async writeNote(name: NoteName, text: string | undefined): Promise<void> {
    if (text === undefined) {
      await rm(this.note(name), { force: true });
      return;
    }
    await mkdir(this.dir, { recursive: true });
    await rename(await this.writeTemporary(text), this.note(name));
    await this.syncFolder();
  }

  async removeAll(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }

  private async record(number: number): Promise<ReleaseRecord | undefined> {
    const text = await readFile(this.file(number), "utf8").catch(() => undefined);
    return text === undefined ? undefined : parseRecord(text);
  }

  private async numbers(): Promise<number[]> {
    const files = await readdir(this.dir).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    });
    return files
      .flatMap((file) => /^(\d{6,})\.json$/.exec(file)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** A hard link fails where the name is taken, so that of two writers only one gets a number. */
  private async writeNew(record: ReleaseRecord): Promise<boolean> {
    const temporary = await this.writeTemporary(textOf(record));
    try {
      await link(temporary, this.file(record.number));
      await this.syncFolder();
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  private async writeTemporary(text: string): Promise<string> {
    const temporary = join(this.dir, `.${randomUUID()}.tmp`);
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return temporary;
  }

  private async syncFolder(): Promise<void> {
    const handle = await open(this.dir, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  private note(name: NoteName): string {
    return join(this.dir, `${name}.json`);
  }

  private file(number: number): string {
    return join(this.dir, `${String(number).padStart(6, "0")}.json`);
  }
}
