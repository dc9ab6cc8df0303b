import { z } from "zod";

import type { NoteName, ReleaseStore } from "../release";

/** So many are kept: machines and shells that take turns do not push each other's out. */
const kept = { previewed: 8, harmless: 32 };

const shape = z.object({ format: z.literal(1), marks: z.array(z.string()) });

/** Sealed marks of what need not be looked at again: a note beside the releases, the newest first. */
export class Marks {
  constructor(
    private readonly store: Pick<ReleaseStore, "readNote" | "writeNote">,
    private readonly name: keyof typeof kept & NoteName,
  ) {}

  async has(mark: string): Promise<boolean> {
    return (await this.read()).includes(mark);
  }

  async add(mark: string): Promise<void> {
    const before = await this.read();
    if (before[0] === mark) return;
    const marks = [mark, ...before.filter((each) => each !== mark)].slice(0, kept[this.name]);
    await this.store.writeNote(this.name, `${JSON.stringify({ format: 1, marks })}\n`);
  }

  private async read(): Promise<string[]> {
    try {
      return shape.parse(JSON.parse((await this.store.readNote(this.name)) ?? "")).marks;
    } catch {
      // Not there, or rubbish: then it is looked at again, which is always right.
      return [];
    }
  }
}
