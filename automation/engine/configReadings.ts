import { createHash } from "node:crypto";

/** How many are kept: a process that goes through many stacks must not grow with them. */
const MOST = 64;

/**
 * What the engine made of config files, by all that it depends on. To read one is a start of the engine, 0.2 s of a
 * processor's time, and a process that deploys a stack again and again reads the same one again and again.
 */
export class ConfigReadings<T extends object> {
  private readonly readings = new Map<string, Promise<T>>();

  /**
   * @param texts All that the result depends on; undefined where that is not known, and it is read anew
   * @returns a copy, which may be changed
   */
  async get(texts: readonly unknown[] | undefined, read: () => Promise<T>): Promise<T> {
    // An environment of Pulumi's service is somewhere else, and changes there.
    if (texts === undefined || texts.some((text) => /^environment:/m.test(String(text))))
      return read();
    const name = createHash("sha256").update(JSON.stringify(texts)).digest("base64");
    let reading = this.readings.get(name);
    if (reading === undefined) {
      reading = read();
      this.keep(name, reading);
    }
    return structuredClone(await reading);
  }

  private keep(name: string, reading: Promise<T>): void {
    const [oldest] = this.readings.keys();
    if (oldest !== undefined && this.readings.size >= MOST) this.readings.delete(oldest);
    this.readings.set(name, reading);
    // What was in the way may be gone the next time.
    reading.catch(() => this.readings.delete(name));
  }
}
