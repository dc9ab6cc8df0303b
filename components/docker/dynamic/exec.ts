import type { Duplex } from "node:stream";
import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import { ask, docker } from "./client";

export interface ExecOptions {
  /** User to run as. @default the container's own */
  user?: string;
  /** Daemon to ask. @default the one of this process's environment */
  client?: Docker;
}

/** A command that runs in a container, with its stdin held open: when this process goes away, the command notices. */
export class ExecSession {
  private readonly chunks: string[] = [];
  private readonly errors: string[] = [];
  private readonly waiting = new Set<() => void>();
  private over = false;
  private failure: Error | undefined;

  private constructor(
    private readonly container: string,
    private readonly stream: Duplex,
    private readonly exitOf: () => Promise<number | null>,
  ) {
    const out = new PassThrough({ encoding: "utf8" });
    const err = new PassThrough({ encoding: "utf8" });
    docker().modem.demuxStream(stream, out, err);
    out.on("data", (text: string) => {
      this.chunks.push(text);
      this.wake();
    });
    err.on("data", (text: string) => this.errors.push(text));
    stream.on("error", (error: Error) => {
      this.finish(error);
    });
    for (const event of ["end", "close"]) {
      stream.on(event, () => {
        this.finish();
      });
    }
  }

  /** Starts a command. */
  static async start(
    container: string,
    command: string[],
    options: ExecOptions = {},
  ): Promise<ExecSession> {
    const { client = docker() } = options;
    const exec = await ask(`run a command in container "${container}"`, () =>
      client.getContainer(container).exec({
        Cmd: command,
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        ...(options.user === undefined ? {} : { User: options.user }),
      }),
    );
    const stream = await ask(`attach to a command in container "${container}"`, () =>
      exec.start({ hijack: true, stdin: true }),
    );
    return new ExecSession(container, stream, async () => {
      const state = await ask("read the exit code of a command", () => exec.inspect());
      return state.ExitCode;
    });
  }

  /** Everything printed so far and not taken yet. */
  get output(): string {
    return this.chunks.join("");
  }

  /** Everything printed to stderr so far. */
  get errorOutput(): string {
    return this.errors.join("");
  }

  get ended(): boolean {
    return this.over;
  }

  write(text: string): void {
    if (!this.over) this.stream.write(text);
  }

  /** Waits until `found` makes something of the output, and takes what it consumed off it. */
  async until<T>(
    found: (output: string) => { value: T; rest: string } | undefined,
    timeoutMs: number,
  ): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const result = found(this.output);
      if (result !== undefined) {
        this.chunks.splice(0, this.chunks.length, result.rest);
        return result.value;
      }
      if (this.over) throw this.ending();
      if (!(await this.change(deadline - Date.now()))) {
        throw new Error(
          `a command in container "${this.container}" gave no answer within ${timeoutMs / 1000} s`,
        );
      }
    }
  }

  /** Waits for more output or the end, at most so long; false when the time is over. */
  async change(timeoutMs: number): Promise<boolean> {
    if (timeoutMs <= 0) return false;
    return new Promise((resolve) => {
      const done = (changed: boolean) => {
        clearTimeout(timer);
        this.waiting.delete(woken);
        resolve(changed);
      };
      const woken = () => {
        done(true);
      };
      const timer = setTimeout(() => {
        done(false);
      }, timeoutMs);
      this.waiting.add(woken);
    });
  }

  /** Waits for the end and tells the exit code. */
  async exitCode(timeoutMs: number): Promise<number> {
    const deadline = Date.now() + timeoutMs;
    while (!this.over) {
      if (!(await this.change(deadline - Date.now()))) {
        throw new Error(
          `a command in container "${this.container}" did not end within ${timeoutMs / 1000} s`,
        );
      }
    }
    if (this.failure) throw this.ending();
    return (await this.exitOf()) ?? -1;
  }

  /** Closes stdin and lets go. */
  close(): void {
    this.stream.end();
    this.stream.destroy();
    this.finish();
  }

  private finish(failure?: Error): void {
    this.over = true;
    this.failure ??= failure;
    this.wake();
  }

  private wake(): void {
    for (const woken of [...this.waiting]) woken();
  }

  private ending(): Error {
    const said = this.errorOutput.trim();
    return new Error(
      `a command in container "${this.container}" ended early${said === "" ? "" : `: ${said}`}`,
      { cause: this.failure },
    );
  }
}

/** Runs a command to its end. */
export async function run(
  container: string,
  command: string[],
  timeoutMs: number,
  options: ExecOptions = {},
): Promise<{ exitCode: number; output: string; errorOutput: string }> {
  const session = await ExecSession.start(container, command, options);
  try {
    const exitCode = await session.exitCode(timeoutMs);
    return { exitCode, output: session.output, errorOutput: session.errorOutput };
  } finally {
    session.close();
  }
}
