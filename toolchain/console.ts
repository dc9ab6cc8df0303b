/** The part of a stream that progress is written to. */
export interface Output {
  isTTY?: boolean;
  columns?: number;
  write: (text: string) => unknown;
}

export interface PhaseTiming {
  name: string;
  milliseconds: number;
}

const LIVE_INTERVAL_MILLISECONDS = 250;
const PLAIN_INTERVAL_MILLISECONDS = 20_000;

/** Runs named phases one after the other, shows what they are doing, and keeps how long they took. */
export class Phases {
  readonly timings: PhaseTiming[] = [];
  private readonly live: boolean;

  constructor(
    private readonly output: Output = process.stderr,
    env: NodeJS.ProcessEnv = process.env,
    private readonly now: () => number = Date.now,
  ) {
    this.live = output.isTTY === true && (env["CI"] ?? "") === "" && env["TERM"] !== "dumb";
  }

  /** Notes a phase that has run elsewhere. */
  add(name: string, milliseconds: number): void {
    this.timings.push({ name, milliseconds });
  }

  /** Runs one phase; what it reports is shown beside the seconds that it has taken. */
  async run<T>(name: string, work: (report: (line: string) => void) => Promise<T>): Promise<T> {
    const started = this.now();
    let line = "";
    let shown = "";
    const show = (): void => {
      if (this.live) this.rewrite(`${name}  ${seconds(this.now() - started)}  ${line}`);
      else if (line !== shown)
        this.output.write(`${name}: ${seconds(this.now() - started)}, ${line}\n`);
      shown = line;
    };
    const ticker = setInterval(
      show,
      this.live ? LIVE_INTERVAL_MILLISECONDS : PLAIN_INTERVAL_MILLISECONDS,
    );
    try {
      const result = await work((reported) => {
        const first = line === "";
        line = reported.trim();
        if (first && !this.live) show();
      });
      this.finish(name, started, "done");
      return result;
    } catch (error) {
      this.finish(name, started, "failed");
      throw error;
    } finally {
      clearInterval(ticker);
    }
  }

  /** One line with all phases, such as `engine 2.1 s, deploy 40.3 s`. */
  summary(): string {
    return this.timings
      .map(({ name, milliseconds }) => `${name} ${seconds(milliseconds)}`)
      .join(", ");
  }

  private finish(name: string, started: number, how: string): void {
    const milliseconds = this.now() - started;
    this.timings.push({ name, milliseconds });
    if (this.live) this.rewrite("");
    this.output.write(`${name}: ${how} in ${seconds(milliseconds)}\n`);
  }

  private rewrite(text: string): void {
    this.output.write(`\r\u001b[K${text.slice(0, (this.output.columns ?? 80) - 1)}`);
  }
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
