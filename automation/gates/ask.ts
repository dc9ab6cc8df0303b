import type { ExecSession } from "../../components/docker/dynamic/exec";
import type { Daemon, Member } from "./daemon";
import { GateFailure, nextLines } from "./daemon";
import { parseAnswer } from "./answer";
import type { Answer } from "./answer";

/** Longest body that is looked at, in bytes. */
export const longestBody = 256 * 1024;
const headRoom = 32 * 1024;
const answerSeconds = 10;
// A question sits in a container that has many other things to do.
const spareMs = 10_000;

/**
 * Asks what its stdin names, a line each of address, port, name and path, and prints a line for each answer: its
 * bytes in base64, or `-` for none. Ends with its stdin.
 */
const ASK = `
limit=$1 most=$2
one='exec 3<>"/dev/tcp/$0/$1" || exit; printf "GET %s HTTP/1.1\\r\\nHost: %s\\r\\nUser-Agent: landfall-gate\\r\\nAccept: */*\\r\\nConnection: close\\r\\n\\r\\n" "$3" "$2" >&3; head -c "$4" <&3'
while IFS=' ' read -r ip port host path; do
  answer=$(timeout "$limit" bash -c "$one" "$ip" "$port" "$host" "$path" "$most" 2>/dev/null | base64 -w 0)
  printf '%s\\n' "\${answer:--}"
done`;

/** Asks containers over HTTP from inside the router, one question after the other. */
export class Asker {
  private constructor(
    private readonly session: ExecSession,
    private readonly router: string,
    private readonly port: number,
  ) {}

  static async with<T>(
    daemon: Daemon,
    port: number,
    signal: AbortSignal,
    work: (asker: Asker) => Promise<T>,
  ): Promise<T> {
    const numbers = [answerSeconds, longestBody + headRoom].map(String);
    return daemon.inRouter(["bash", "-c", ASK, "gate", ...numbers], signal, (session) =>
      work(new Asker(session, daemon.router, port)),
    );
  }

  /** The answer; undefined where there was none. @throws GateFailure when there is nobody to ask from any more */
  async get({ address, name }: Member, path: string): Promise<Answer | undefined> {
    if (!isRequestPath(path)) throw new GateFailure("a path may only have printable characters");
    this.session.write(`${address} ${this.port} ${name} ${path}\n`);
    const lines = await nextLines(this.session, answerSeconds * 1000 + spareMs);
    const line = lines?.[0];
    if (line === undefined) {
      const why = this.session.errorOutput.trim().slice(0, 300);
      const what = lines === undefined ? "ended early" : "does not answer";
      throw new GateFailure(
        `the probe in router "${this.router}" ${what}${why === "" ? "" : `: ${why}`}: is the router running?`,
      );
    }
    return line === "-" ? undefined : parseAnswer(Buffer.from(line, "base64"));
  }
}

/** What may stand in a request's first line; the rest a client has to encode. */
export function isRequestPath(path: string): boolean {
  return /^\/[\x21-\x7e]{0,2000}$/.test(path);
}
