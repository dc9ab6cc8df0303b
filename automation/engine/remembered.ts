import { createHash } from "node:crypto";

/**
 * Results that take long to get, by all that they depend on. Of that only a hash is kept: it may hold secrets. What failed
 * is tried again the next time, and the oldest go, so that a process which goes through many stacks does not grow with them.
 */
export class Remembered<T> {
  private readonly results = new Map<string, Promise<T>>();

  /** @param most How many are kept. */
  constructor(private readonly most: number) {}

  get(dependsOn: readonly unknown[], make: () => Promise<T>): Promise<T> {
    const name = createHash("sha256").update(JSON.stringify(dependsOn)).digest("base64");
    const known = this.results.get(name);
    if (known !== undefined) return known;
    const result = make();
    const [oldest] = this.results.keys();
    if (oldest !== undefined && this.results.size >= this.most) this.results.delete(oldest);
    this.results.set(name, result);
    result.catch(() => this.results.delete(name));
    return result;
  }
}
