import type { AwsContext } from "./context";

/** Something that an environment has one of, made with the first component that asks for it. */
export class PerEnvironment<T> {
  private readonly made = new WeakMap<AwsContext, T>();

  constructor(private readonly make: () => T) {}

  of(context: AwsContext): T {
    const known = this.made.get(context) ?? this.make();
    this.made.set(context, known);
    return known;
  }
}

/** Things that an environment has one of for each key. */
export class PerKey<T> {
  private readonly all = new PerEnvironment(() => new Map<string, T>());

  of(context: AwsContext, key: string, make: () => T): T {
    const made = this.all.of(context);
    const known = made.get(key) ?? make();
    made.set(key, known);
    return known;
  }
}
