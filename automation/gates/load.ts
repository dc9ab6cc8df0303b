import type { Daemon, Member } from "./daemon";
import { GateFailure, nextLines } from "./daemon";
import type { Pair } from "./judge";
import type { Sample } from "./statistics";
import type { GateIo } from "./types";

/** Requests a second of each set, at most; both sets are asked alike. */
export const requestsPerSecond = 40;
/** Loops that ask, each one request at a time. */
const lanes = 8;
/** Longest time for one answer, in seconds. */
const answerSeconds = 10;
const crashLookMs = 1000;

/**
 * Asks both sets in turn, in random order, so that what slows the machine down slows both. Prints a line for each answer:
 * set, time of the start in microseconds, microseconds until it was complete, status (0: none). All in bash itself: a
 * process for each request would be measured along with it. Ends with its stdin.
 *
 * Arguments: path, rounds of each lane, lanes, microseconds between rounds, seconds for an answer; then for each target
 * its set, address, port and name.
 */
const LOAD = `
LC_ALL=C
path=$1 rounds=$2 lanes=$3 pause=$4 limit=$5; shift 5
fresh=() stable=()
while [ $# -gt 0 ]; do
  if [ "$1" = fresh ]; then fresh+=("$2 $3 $4"); else stable+=("$2 $3 $4"); fi
  shift 4
done
ask() {
  local set=$1 ip=$2 port=$3 host=$4 status=0 line code began=\${EPOCHREALTIME/./}
  if exec 3<>"/dev/tcp/$ip/$port"; then
    printf 'GET %s HTTP/1.1\\r\\nHost: %s\\r\\nUser-Agent: landfall-gate\\r\\nConnection: close\\r\\n\\r\\n' "$path" "$host" >&3
    if IFS= read -r -t "$limit" line <&3 && [[ $line =~ ^HTTP/1\\.[01]\\ ([1-5][0-9][0-9]) ]]; then
      status=\${BASH_REMATCH[1]}
      while IFS= read -r -N 65536 -t "$limit" line <&3; code=$?; [ $code -eq 0 ]; do :; done
      [ $code -le 128 ] || status=0
    fi
    exec 3>&-
  fi 2>/dev/null
  printf '%s %s %s %s\\n' "$set" "$began" "$((\${EPOCHREALTIME/./} - began))" "$status"
}
lane() {
  local k=$1 n now target next=$((\${EPOCHREALTIME/./} + $1 * pause / lanes)) wait
  RANDOM=$((k * 97 + 13))
  exec 4<> <(:)
  for ((n = 0; n < rounds; n++)); do
    now=\${EPOCHREALTIME/./}
    if [ "$next" -gt "$now" ]; then
      printf -v wait '%d.%06d' $(((next - now) / 1000000)) $(((next - now) % 1000000))
      read -r -t "$wait" -u 4
      next=$((next + pause))
    else next=$((now + pause)); fi
    local f=(\${fresh[(n * lanes + k) % \${#fresh[@]}]}) s=()
    [ \${#stable[@]} -eq 0 ] || s=(\${stable[(n * lanes + k) % \${#stable[@]}]})
    if [ \${#s[@]} -eq 0 ]; then ask f "\${f[@]}"
    elif ((RANDOM % 2)); then ask f "\${f[@]}"; ask s "\${s[@]}"
    else ask s "\${s[@]}"; ask f "\${f[@]}"; fi
  done
}
trap 'kill $(jobs -p) 2>/dev/null' EXIT
echo "start $EPOCHREALTIME"
for ((lane = 0; lane < lanes; lane++)); do lane $lane & done
while read -r -t 0.2 _; [ $? -gt 128 ]; do [ -n "$(jobs -rp)" ] || exit 0; done`;

export interface Load {
  path: string;
  port: number;
  /** Requests of each set that are wanted. */
  requests: number;
  windowMs: number;
  /** Numbers of requests, ascending, after which {@link isClear} is asked. */
  looks: readonly number[];
  /** Whether no more requests are needed. */
  isClear: (samples: Pair) => boolean;
}

export interface LoadResult {
  samples: Pair;
  /** By the clock of the router's machine, in seconds: since then its log is read. */
  since: string;
  /** Answers of the fresh set by status; 0: none. */
  statuses: Record<string, number>;
  /** Requests of each set that were made first and not counted: a process that was started just now is slower. */
  warmUp: number;
}

/** Sends probe requests from inside the router to both sets, until it is clear, there are enough, or the time is over. */
export async function load(
  daemon: Daemon,
  { clock, signal }: GateIo,
  { path, port, requests, windowMs, looks, isClear }: Load,
): Promise<LoadResult> {
  const warmUp = Math.min(50, Math.ceil(requests / 10));
  const wanted = requests + warmUp;
  const target = (set: string) => (member: Member) => [
    set,
    member.address,
    String(port),
    member.name,
  ];
  const numbers = [
    Math.ceil(wanted / lanes) + 1,
    lanes,
    Math.round((lanes / requestsPerSecond) * 1e6),
    answerSeconds,
  ];
  const command = [
    ...["bash", "-c", LOAD, "gate", path, ...numbers.map(String)],
    ...daemon.fresh.flatMap(target("fresh")),
    ...daemon.stable.flatMap(target("stable")),
  ];
  const answers = new Answers();
  const pending = looks.filter((look) => look < requests);
  let counted = wanted;
  const deadline = clock.now() + windowMs;
  await daemon.inRouter(command, signal, async (session) => {
    let look = clock.now() + crashLookMs;
    while (answers.fresh.length < counted && clock.now() < deadline) {
      const left = Math.min(deadline - clock.now(), look - clock.now());
      const lines = await nextLines(session, Math.max(50, left));
      if (lines === undefined && answers.fresh.length < wanted) {
        throw new GateFailure(lost(daemon.router, session.errorOutput), answers.told());
      }
      for (const line of lines ?? []) answers.take(line);
      for (; warmUp + (pending[0] ?? Infinity) <= answers.fresh.length; pending.shift()) {
        const total = warmUp + (pending[0] ?? 0);
        if (isClear(answers.counted(warmUp, total))) {
          counted = total;
          break;
        }
      }
      if (clock.now() < look) continue;
      look = clock.now() + crashLookMs;
      const crash = await daemon.crash();
      if (crash !== undefined) throw new GateFailure(crash, answers.told());
    }
  });
  // Requests to a container that has died may fail clearly before anybody looks at it: why they failed says more.
  const crash = await daemon.crash();
  if (crash !== undefined) throw new GateFailure(crash, answers.told());
  return {
    samples: answers.counted(warmUp, counted),
    since: answers.since,
    statuses: answers.statuses,
    warmUp,
  };
}

/** What was answered so far, by set. */
export class Answers {
  readonly fresh: Sample[] = [];
  readonly stable: Sample[] = [];
  readonly statuses: Record<string, number> = {};
  since = "";

  take(line: string): void {
    const [set, began = "", took = "", status = ""] = line.split(" ");
    if (set === "start") this.since = began;
    if (set !== "f" && set !== "s") return;
    const code = Number(status);
    const sample = { at: Number(began) / 1000, ms: Number(took) / 1000, failed: isFault(code) };
    (set === "f" ? this.fresh : this.stable).push(sample);
    if (set === "f") this.statuses[status] = (this.statuses[status] ?? 0) + 1;
  }

  /** The first of each set in the order of time, without those that only warmed up: fewer where there are few in all. */
  counted(warmUp: number, total: number): Pair {
    const made = this.fresh.length;
    const skipped = made < total ? Math.min(warmUp, Math.floor(made / 10)) : warmUp;
    const cut = (samples: Sample[]): Sample[] =>
      [...samples].sort((a, b) => a.at - b.at).slice(skipped, total);
    return { fresh: cut(this.fresh), stable: cut(this.stable) };
  }

  told(): Record<string, unknown> {
    return { requests: this.fresh.length, statuses: this.statuses };
  }
}

/** A server's fault: no answer, or one that says so itself. */
export function isFault(status: number): boolean {
  return status < 100 || status >= 500;
}

function lost(router: string, said: string): string {
  const words = said.trim().slice(0, 300);
  return `the probe in router "${router}" ended early${words === "" ? "" : `: ${words}`}: is the router running?`;
}
