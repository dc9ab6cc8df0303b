import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { crashOf, lastLines, stateOfContainer } from "./containers";
import { quotedLines } from "../../dynamic/text";
import { changedInputs, verdict } from "../../dynamic/diff";
import { checked, checkInputs, parsedInputs } from "../../dynamic/inputs";
import { ExecSession } from "./exec";
import type { GateInputs, GateOutputs, GateTarget } from "./types";
import { gateSchema } from "./validate";

const WATCH_MS = 300;
/** While a container starts: every new revision waits half of this, on average, for nothing. */
const CONNECT_SECONDS = 0.05;
// Another router can ask just as well, and names change nothing of an answer: no reason to ask again.
const KEYS = Object.keys(gateSchema.shape).filter((key) => key !== "router" && key !== "secretEnv");

/**
 * Asks every target at once, each in a loop of its own, and prints `<index> <answer>` for each answer that differs
 * from the one before, `<index> pass` for a target that has passed. Ends with its stdin, so that nothing goes on
 * when the one who asked is gone. A port that nobody listens on is no question to anybody: it is tried more often.
 *
 * Arguments: path, status, seconds between questions, answers in a row, then name and port of each target.
 */
const PROBE = `
path=$1 status=$2 pause=$3 needed=$4; shift 4
probe() {
  local index=$1 name=$2 port=$3 row=0 line last= wait
  while :; do
    line= wait=$pause
    if exec 3<>"/dev/tcp/$name/$port"; then
      printf 'GET %s HTTP/1.1\\r\\nHost: %s\\r\\nUser-Agent: landfall-gate\\r\\nConnection: close\\r\\n\\r\\n' "$path" "$name" >&3
      IFS= read -r -t 5 line <&3
      exec 3>&-
      line=\${line%$'\\r'}
      [ -n "$line" ] || line='no answer within 5 s'
    else line='no connection' wait=${CONNECT_SECONDS}; fi 2>/dev/null
    if [[ $line =~ ^HTTP/[0-9.]+\\ $status( |$) ]]; then row=$((row + 1)); else row=0; fi
    if [ "$row" -ge "$needed" ]; then echo "$index pass"; return; fi
    if [ "$line" != "$last" ]; then printf '%s %s\\n' "$index" "\${line:0:200}"; last=$line; fi
    sleep "$wait"
  done
}
trap 'kill $(jobs -p) 2>/dev/null' EXIT
index=0
while [ $# -gt 0 ]; do probe $index "$1" "$2" & index=$((index + 1)); shift 2; done
while read -r -t 0.2 _; [ $? -gt 128 ]; do [ -n "$(jobs -rp)" ] || exit 0; done`;

/** Waits until new containers answer. */
export const gate = {
  check(_olds, news) {
    return Promise.resolve(checked(news, checkInputs(gateSchema, news)));
  },

  diff(_id, olds, news) {
    return Promise.resolve(verdict(changedInputs(olds, news, KEYS)));
  },

  async create(props) {
    const inputs = parsedInputs(gateSchema, props);
    return { id: `gate-${inputs.revision}`, outs: await passed(inputs) };
  },

  async update(_id, _olds, news) {
    return { outs: await passed(parsedInputs(gateSchema, news)) };
  },

  read(id, props) {
    return Promise.resolve({ id, props });
  },

  delete() {
    return Promise.resolve();
  },
} satisfies ResourceProvider<GateInputs, GateOutputs>;

async function passed(inputs: GateInputs): Promise<GateOutputs> {
  const { targets, path, expectStatus = 200, deadlineSeconds = 60 } = inputs;
  const { intervalMs = 150, successes = 1 } = inputs;
  const deadline = Date.now() + deadlineSeconds * 1000;
  const watch = new Watch(inputs, deadline);
  const arguments_ = [path, expectStatus, intervalMs / 1000, successes].map(String);
  const probe = await ExecSession.start(inputs.router, [
    "bash",
    "-c",
    PROBE,
    "gate",
    ...arguments_,
    ...targets.flatMap((target) => [target.name, String(target.port)]),
  ]);
  try {
    const answers = new Answers(inputs);
    while (!answers.take(probe.output)) {
      await watch.failOnCrash();
      if (Date.now() >= deadline) throw await answers.late(deadlineSeconds);
      if (probe.ended && !answers.take(probe.output)) throw probeLost(inputs, probe);
      await probe.change(Math.min(WATCH_MS, Math.max(1, deadline - Date.now())));
    }
  } finally {
    probe.close();
  }
  return { ...inputs, passed: targets.map(address) };
}

/** What the targets have said so far. */
class Answers {
  private readonly last = new Map<number, string>();
  private readonly passed = new Set<number>();

  constructor(private readonly inputs: GateInputs) {}

  /** Takes in all of the probe's output; true when every target has passed. */
  take(output: string): boolean {
    const complete = output.slice(0, output.lastIndexOf("\n") + 1);
    for (const line of complete.split("\n").filter(Boolean)) {
      const [, index = "", answer = ""] = /^(\d+) (.*)$/.exec(line) ?? [];
      if (answer === "pass") this.passed.add(Number(index));
      else this.last.set(Number(index), answer);
    }
    return this.passed.size === this.inputs.targets.length;
  }

  /** The failure of those that did not pass in time, with the end of their logs. */
  async late(deadlineSeconds: number): Promise<Error> {
    const { targets, path, expectStatus = 200, secretEnv } = this.inputs;
    const late = targets.flatMap((target, index) =>
      this.passed.has(index) ? [] : [{ target, answer: this.last.get(index) ?? "no answer" }],
    );
    const said = late.map(({ target, answer }) => `${address(target)} said last: ${answer}`);
    const logs = await Promise.all(late.map(({ target }) => logOf(target.name, secretEnv)));
    return new Error(
      `not ready: GET ${path} did not give ${expectStatus} within ${deadlineSeconds} s: ${said.join("; ")}${logs.join("")}`,
    );
  }
}

/** Looks, now and then, whether a target has crashed. */
class Watch {
  private next = 0;
  private readonly restarts = new Map<string, number>();

  constructor(
    private readonly inputs: GateInputs,
    private readonly deadline: number,
  ) {}

  async failOnCrash(): Promise<void> {
    if (Date.now() < this.next) return;
    this.next = Math.min(Date.now() + WATCH_MS, this.deadline);
    const { targets, secretEnv } = this.inputs;
    for (const { name } of targets) {
      const state = await stateOfContainer(name, secretEnv);
      const crash = crashOf(name, state, this.restarts.get(name));
      if (state !== undefined && !this.restarts.has(name)) this.restarts.set(name, state.restarts);
      if (crash === undefined) continue;
      const log = state === undefined ? "" : await lastLines(name, state.redact);
      throw new Error(`not ready: ${crash}${quotedLines("its last lines", log)}`);
    }
  }
}

async function logOf(name: string, secretEnv: string[] | undefined): Promise<string> {
  const state = await stateOfContainer(name, secretEnv);
  if (state === undefined) return "";
  return quotedLines(`last lines of "${name}"`, await lastLines(name, state.redact));
}

function probeLost(inputs: GateInputs, probe: ExecSession): Error {
  const said = probe.errorOutput.trim();
  return new Error(
    `not ready: the probe in router "${inputs.router}" ended early${said === "" ? "" : `: ${said}`}: is the router running?`,
  );
}

function address(target: GateTarget): string {
  return `${target.name}:${target.port}`;
}
