import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

import type Docker from "dockerode";

import type { LogLine } from "../../logLines";

export interface LogQuery {
  /** Seconds since 1970, or a text that Docker takes for one. */
  since?: string;
  tail?: number;
  follow: boolean;
  signal: AbortSignal;
}

/** The lines of one container, oldest first, its two streams told apart. */
export async function* containerLines(
  docker: Docker,
  container: string,
  { since, tail, follow, signal }: LogQuery,
): AsyncGenerator<LogLine, void, undefined> {
  const { Config: config } = await docker.getContainer(container).inspect();
  const source = await openLog(docker, container, {
    follow,
    stdout: true,
    stderr: true,
    timestamps: true,
    ...(since === undefined ? {} : { since }),
    ...(tail === undefined ? {} : { tail }),
  });
  const lines = new LineReader(container, config.Tty);
  const stop = (): void => {
    source.destroy();
    lines.end();
  };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  source.on("data", (chunk: Buffer) => {
    lines.write(chunk);
    // A reader slower than the daemon must not fill the memory.
    if (lines.isFull) {
      source.pause();
      lines.onceEmpty(() => source.resume());
    }
  });
  for (const event of ["end", "close", "error"]) {
    source.once(event, () => {
      lines.end();
    });
  }
  try {
    yield* lines.read();
  } finally {
    signal.removeEventListener("abort", stop);
    source.destroy();
  }
}

/** dockerode itself would give a log that is not followed as one buffer, however long it is. */
function openLog(docker: Docker, container: string, options: object): Promise<Readable> {
  return new Promise((resolve, reject) => {
    const request = {
      path: `/containers/${container}/logs?`,
      method: "GET",
      isStream: true,
      statusCodes: { 200: true, 404: "no such container", 500: "server error" },
      options,
    };
    docker.modem.dial(request, (error: unknown, stream: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve(stream as Readable);
    });
  });
}

const streamNames = ["stdout", "stdout", "stderr"] as const;
const headerBytes = 8;
const fullAt = 10_000;

/**
 * Cuts what the daemon sends into lines, each with the time that stands before it. Without a terminal both streams
 * come in frames (one byte of kind, three of nothing, four of length), in the order in which they were written.
 */
class LineReader {
  private readonly queue: LogLine[] = [];
  private readonly rest = { stdout: "", stderr: "" };
  private readonly decoders = {
    stdout: new StringDecoder("utf8"),
    stderr: new StringDecoder("utf8"),
  };
  private bytes = Buffer.alloc(0);
  private ended = false;
  private wake: (() => void) | undefined;
  private emptied: (() => void) | undefined;

  constructor(
    private readonly container: string,
    private readonly tty: boolean,
  ) {}

  get isFull(): boolean {
    return this.queue.length >= fullAt;
  }

  onceEmpty(then: () => void): void {
    this.emptied = then;
  }

  write(chunk: Buffer): void {
    if (this.tty) {
      this.cut(chunk, "stdout");
      return;
    }
    this.bytes = Buffer.concat([this.bytes, chunk]);
    for (;;) {
      if (this.bytes.length < headerBytes) return;
      const end = headerBytes + this.bytes.readUInt32BE(4);
      if (this.bytes.length < end) return;
      this.cut(this.bytes.subarray(headerBytes, end), streamNames[this.bytes[0] ?? 1] ?? "stdout");
      this.bytes = this.bytes.subarray(end);
    }
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    for (const stream of ["stdout", "stderr"] as const) {
      if (this.rest[stream] !== "") this.push(this.rest[stream], stream);
    }
    this.wake?.();
  }

  async *read(): AsyncGenerator<LogLine, void, undefined> {
    for (;;) {
      const line = this.queue.shift();
      if (line) {
        yield line;
        continue;
      }
      if (this.ended) return;
      this.emptied?.();
      this.emptied = undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private cut(bytes: Buffer, stream: LogLine["stream"]): void {
    const parts = (this.rest[stream] + this.decoders[stream].write(bytes)).split("\n");
    this.rest[stream] = parts.pop() ?? "";
    for (const part of parts) this.push(part, stream);
  }

  private push(text: string, stream: LogLine["stream"]): void {
    const space = text.indexOf(" ");
    const at = text.slice(0, space);
    const line = text.slice(space + 1).replace(/\r$/, "");
    this.queue.push({ container: this.container, stream, at, line });
    this.wake?.();
  }
}
