import type { Terminal } from "./render/tty";
import { createStyle, wantsColor, wantsUnicode } from "./render/style";
import type { Style } from "./render/style";

/** A stream that is written to: a terminal, a pipe, a file, or a test's memory. */
export interface Output extends Terminal {
  isTTY?: boolean;
}

/** Everything outside of the process that a command touches. */
export interface Io {
  stdout: Output;
  stderr: Output;
  stdin: NodeJS.ReadStream;
  env: NodeJS.ProcessEnv;
  /** Whether the reader of stdout has gone (`landfall logs | head`). */
  isClosed: () => boolean;
  onClosed: (listener: () => void) => void;
}

/** The process's own streams. A reader that goes away ends the printing, and nothing else. */
export function processIo(): Io {
  let closed = false;
  const listeners: (() => void)[] = [];
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    if (closed) return;
    closed = true;
    for (const listener of listeners) listener();
  };
  process.stdout.on("error", onError);
  process.stderr.on("error", onError);
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    isClosed: () => closed,
    onClosed: (listener) => void listeners.push(listener),
  };
}

/** Waits until everything that was written has left the process. */
export async function drained(io: Io): Promise<void> {
  if (io.isClosed()) return;
  const flush = (stream: NodeJS.WriteStream): Promise<void> =>
    new Promise((resolve) => {
      stream.write("", () => {
        resolve();
      });
    });
  await Promise.all([flush(process.stdout), flush(process.stderr)]);
}

/** How to write to one of the streams. */
export function styleFor(io: Io, stream: Output, color: boolean | undefined): Style {
  return createStyle({
    color: wantsColor(io.env, stream.isTTY === true, color),
    unicode: wantsUnicode(io.env),
  });
}

/** Whether frames can be drawn: a terminal that a person looks at. */
export function isInteractive(io: Io): boolean {
  const { CI, TERM } = io.env;
  const inCi = CI !== undefined && CI !== "" && CI !== "false" && CI !== "0";
  return io.stdout.isTTY === true && TERM !== "dumb" && !inCi;
}
