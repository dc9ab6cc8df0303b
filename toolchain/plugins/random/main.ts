import { main as serveAndWatch } from "../host";
import { randomPlugin } from ".";

export function main(args: readonly string[]): Promise<void> {
  return serveAndWatch(randomPlugin, args);
}
