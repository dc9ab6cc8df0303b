import { ExecSession } from "../exec";
import { CLI_PORT, DATA } from "./files";

const LOCK_WAIT_SECONDS = 90;
const IDLE_SECONDS = 60;
const START_SECONDS = 15;
const COMMAND_TIMEOUT_MS = 20_000;

// Runs one piece of code after the other and tells each one's exit code. The lock is the kernel's and lives as
// long as this shell; the shell ends when its stdin does, or when nothing came for a while. So whoever held the
// lock may be killed, or cut off, without leaving it locked.
const DRIVER = `
cli() {
  exec 3<>/dev/tcp/127.0.0.1/${CLI_PORT} || return 1
  printf '%s\\n' "$1" >&3
  timeout 10 cat <&3; local code=$?
  exec 3>&-
  return $code
}
mkdir -p ${DATA}/routes && exec 9>${DATA}/.lock || exit 1
while IFS= read -r -t ${IDLE_SECONDS} -d $'\\x04' code; do
  eval "$code" </dev/null 2>&1
  printf '\\n\\x04%s\\n' $?
done`;

/** A shell in the router's container: one exec for all the steps of a change. */
export class RouterSession {
  private constructor(
    readonly router: string,
    private readonly exec: ExecSession,
  ) {}

  /** Opens a shell, does the work in it, closes it. */
  static async with<T>(router: string, work: (session: RouterSession) => Promise<T>): Promise<T> {
    // As root: the volume belongs to root, as volumes do that the image does not know.
    const exec = await ExecSession.start(router, ["bash", "-c", DRIVER], { user: "root" });
    try {
      const session = new RouterSession(router, exec);
      await session.reachable();
      return await work(session);
    } finally {
      exec.close();
    }
  }

  // A router that was started just now needs a moment.
  private async reachable(): Promise<void> {
    await this.run(
      `reach HAProxy within ${START_SECONDS} s: see "docker logs ${this.router}"`,
      `up=; for _ in {1..${START_SECONDS * 10}}; do if exec 3<>/dev/tcp/127.0.0.1/${CLI_PORT}; then exec 3>&-; up=1; break; fi 2>/dev/null; sleep 0.1; done; [ -n "$up" ]`,
      (START_SECONDS + 10) * 1000,
    );
  }

  /** Runs code; answers what it printed (stdout and stderr) and its exit code. */
  async attempt(
    code: string,
    timeoutMs = COMMAND_TIMEOUT_MS,
  ): Promise<{ exitCode: number; output: string }> {
    this.exec.write(`${code}\x04`);
    return this.exec.until((output) => {
      const end = /\n\x04(\d+)\n/.exec(output);
      if (end === null) return undefined;
      const value = { exitCode: Number(end[1]), output: output.slice(0, end.index) };
      return { value, rest: output.slice(end.index + end[0].length) };
    }, timeoutMs);
  }

  /** Runs code that must succeed. */
  async run(what: string, code: string, timeoutMs = COMMAND_TIMEOUT_MS): Promise<string> {
    const { exitCode, output } = await this.attempt(code, timeoutMs);
    if (exitCode === 0) return output;
    throw new Error(
      `router "${this.router}": cannot ${what}: ${output.trim() || `exit code ${exitCode}`}`,
    );
  }

  /** Does work that nobody else may do to this router at the same time, in whichever process. */
  async locked<T>(work: () => Promise<T>): Promise<T> {
    await this.run(
      `get its lock within ${LOCK_WAIT_SECONDS} s; another update is changing it`,
      `flock -w ${LOCK_WAIT_SECONDS} 9`,
      (LOCK_WAIT_SECONDS + 5) * 1000,
    );
    try {
      return await work();
    } finally {
      if (!this.exec.ended) await this.attempt("flock -u 9");
    }
  }

  /** Keeps the shell from ending while nothing else is asked of it. */
  async keepAlive(): Promise<void> {
    await this.attempt(":");
  }
}

/** A text as one word of a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
