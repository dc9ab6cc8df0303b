/**
 * A queue with one writer, whose readers share the items. What comes before anybody reads is kept up to a limit,
 * beyond which the oldest goes: nobody who never reads may make a long operation grow without bounds.
 */
export class Channel<T> implements AsyncIterable<T> {
  private readonly items: T[] = [];
  private readonly waiting: ((result: IteratorResult<T, undefined>) => void)[] = [];
  private ended = false;

  /** @param limit How many items are kept for a reader. @default 100000 */
  constructor(private readonly limit = 100_000) {}

  push(item: T): void {
    if (this.ended) return;
    const reader = this.waiting.shift();
    if (reader) {
      reader({ value: item, done: false });
      return;
    }
    this.items.push(item);
    if (this.items.length > this.limit) this.items.shift();
  }

  end(): void {
    this.ended = true;
    for (const reader of this.waiting.splice(0)) reader({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: () => {
        const item = this.items.shift();
        if (item !== undefined) return Promise.resolve({ value: item, done: false });
        if (this.ended) return Promise.resolve({ value: undefined, done: true });
        return new Promise((resolve) => {
          this.waiting.push(resolve);
        });
      },
      return: () => Promise.resolve({ value: undefined, done: true }),
    };
  }
}
