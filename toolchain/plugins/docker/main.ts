import { main as serveAndWatch } from "../host";
import { dockerPlugin } from ".";

export function main(args: readonly string[]): Promise<void> {
  return serveAndWatch(dockerPlugin(), args);
}
