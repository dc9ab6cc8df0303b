import { listenOnLoopback } from "../loopback";
import { Children } from "./children";
import { parseHostArguments } from "./program";
import { languageServer } from "./server";

/** Serves the language runtime on a free port of the loopback interface, and prints that port for the engine. */
export async function main(argv: string[]): Promise<void> {
  const children = new Children();
  const server = languageServer(parseHostArguments(argv), children);
  const stop = (): void => {
    void children.stopAll().finally(() => {
      server.forceShutdown();
      process.exit(0);
    });
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  // The engine reads one line: the port.
  process.stdout.write(`${await listenOnLoopback(server)}\n`);
}
