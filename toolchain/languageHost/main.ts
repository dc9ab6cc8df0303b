import * as grpc from "@grpc/grpc-js";
import { Children } from "./children";
import { parseHostArguments } from "./program";
import { languageServer } from "./server";

/** Serves the language runtime on a free port of the loopback interface, and prints that port for the engine. */
export function main(argv: string[]): void {
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
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    // The engine reads one line: the port.
    process.stdout.write(`${port}\n`);
  });
}
