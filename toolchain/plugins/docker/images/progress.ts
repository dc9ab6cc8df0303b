import { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { z } from "zod";
import type { CallContext } from "../../host";

const message = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  id: z.string().optional(),
  progress: z.string().optional(),
  error: z.string().optional(),
  errorDetail: z.object({ code: z.number().optional(), message: z.string().optional() }).optional(),
  aux: z.unknown().optional(),
});

/** The engine need not be told of every layer of every second. */
const statusIntervalMs = 200;
const keptLines = 30;

export interface ProgressOptions {
  /** Takes secrets out of what is shown. */
  readonly redact?: (text: string) => string;
  /** What the daemon reports beside its words: an image id, a digest. */
  readonly onAux?: (aux: unknown) => void;
}

/** What the daemon reported as gone wrong, after everything that it had printed until then. */
export class ProgressError extends Error {
  override readonly name = "ProgressError";

  constructor(
    message: string,
    /** The last lines before it. */
    readonly lines: readonly string[],
  ) {
    super(message);
  }
}

/**
 * Shows a pull, a push or a build as it goes on, until its end.
 *
 * @throws ProgressError when the daemon reports one, which it does inside a successful answer.
 */
export async function followProgress(
  stream: NodeJS.ReadableStream,
  context: Pick<CallContext, "log" | "signal">,
  { redact = (text) => text, onAux }: ProgressOptions = {},
): Promise<void> {
  const lines: string[] = [];
  let shownAt = 0;
  for await (const line of linesOf(stream, context.signal)) {
    if (line.trim() === "") continue;
    const said = message.parse(JSON.parse(line));
    if (said.error !== undefined)
      throw new ProgressError(redact(said.errorDetail?.message ?? said.error), lines);
    if (said.aux !== undefined) onAux?.(said.aux);
    const text = redact(wording(said)).trim();
    if (text === "") continue;
    if (said.stream !== undefined) lines.push(...text.split("\n"));
    lines.splice(0, lines.length - keptLines);
    if (Date.now() - shownAt < statusIntervalMs) continue;
    shownAt = Date.now();
    context.log.status(text);
  }
}

/** The answer's lines until its end; a cancelled call closes the connection, which ends the daemon's work too. */
async function* linesOf(
  stream: NodeJS.ReadableStream,
  signal: AbortSignal,
): AsyncGenerator<string> {
  signal.throwIfAborted();
  const close = (): void => {
    if (stream instanceof Readable) stream.destroy();
  };
  signal.addEventListener("abort", close, { once: true });
  const decoder = new StringDecoder("utf8");
  let rest = "";
  try {
    for await (const chunk of stream) {
      const lines = (rest + decoder.write(Buffer.from(chunk))).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
  signal.throwIfAborted();
  if (rest !== "") yield rest;
}

function wording(said: z.infer<typeof message>): string {
  if (said.stream !== undefined) return said.stream;
  return [said.id, said.status, said.progress].filter((part) => part !== undefined).join(" ");
}
