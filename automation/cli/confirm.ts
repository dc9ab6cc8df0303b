import { createInterface } from "node:readline/promises";

import { RefusedError } from "../errors";
import type { Io } from "./io";

/**
 * Asks before something that cannot be taken back.
 *
 * @throws RefusedError when the answer is no, or when there is nobody to ask
 */
export async function confirm(
  question: string,
  stack: string,
  io: Io,
  canAsk: boolean,
): Promise<void> {
  if (!canAsk || !io.stdin.isTTY) {
    throw new RefusedError(`${question} There is no terminal to ask at, so it needs --yes.`, {
      fix: "Pass --yes if that is what you want.",
    });
  }
  const answer = await ask(`${question}\nType the name of the stack (${stack}) to go on: `, io);
  if (answer.trim() !== stack) {
    throw new RefusedError(`Not confirmed: the answer was not "${stack}". Nothing was changed.`, {
      fix: "Run it again and type the stack's name, or pass --yes.",
    });
  }
}

async function ask(question: string, io: Io): Promise<string> {
  const terminal = createInterface({ input: io.stdin, output: process.stdout });
  const abort = new AbortController();
  // Ctrl-D and Ctrl-C are a no.
  terminal.on("close", () => {
    abort.abort();
  });
  try {
    return await terminal.question(question, { signal: abort.signal });
  } catch {
    io.stdout.write("\n");
    return "";
  } finally {
    terminal.close();
  }
}
