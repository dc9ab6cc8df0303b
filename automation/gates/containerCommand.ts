import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import { PassThrough } from "node:stream";

import type Docker from "dockerode";

import { sleep, within } from "../../components/docker/dynamic/client";
import { run } from "../../components/docker/dynamic/exec";
import type { Ended } from "./command";
import { Tail, variablesOf } from "./command";
import { Daemon, GateFailure } from "./daemon";
import type { GateIo, GateSpec, GateSubject } from "./types";

const startMs = 30_000;
const killMs = 10_000;
/** By this variable's value a command's processes are found again: Docker cannot end what it has started. */
const mark = "LANDFALL_GATE";
const KILL = `for p in /proc/[0-9]*; do grep -q "$0" "$p/environ" 2>/dev/null && kill -9 "\${p#/proc/}"; done; :`;

/** Runs a command in the first fresh container. */
export async function inContainer(
  spec: Extract<GateSpec, { type: "command" }>,
  subject: GateSubject,
  io: GateIo,
): Promise<Ended> {
  const { clock, signal } = io;
  const daemon = await Daemon.open(subject, io);
  const [member] = daemon.fresh;
  if (member === undefined) throw new GateFailure("there is no new container to run it in");
  const { name } = member;
  const id = randomUUID();
  const variables = { ...variablesOf(subject), [mark]: id };
  const exec = await within(
    startMs,
    daemon.patient.getContainer(name).exec({
      Cmd: [...spec.command],
      Env: Object.entries(variables).map(([key, value]) => `${key}=${value}`),
      AttachStdout: true,
      AttachStderr: true,
    }),
  );
  const stream = await within(startMs, exec.start({}));
  const tail = new Tail();
  const over = new AbortController();
  try {
    const late = clock
      .sleep(spec.timeoutMs, AbortSignal.any([signal, over.signal]))
      .then(() => "late" as const);
    const first = await Promise.race([endOf(daemon.patient, stream, tail), late]);
    const told = { output: member.redact(tail.end), where: `in "${name}"` };
    if (first !== "late") return { ...told, ...(await exitOf(exec, daemon)) };
    const left = await killed(daemon.patient, name, id);
    const why = signal.aborted ? "was cancelled" : `did not end within ${spec.timeoutMs / 1000} s`;
    return { ...told, fault: `${why}${left}` };
  } finally {
    over.abort();
    stream.destroy();
  }
}

async function exitOf(exec: Docker.Exec, daemon: Daemon): Promise<Omit<Ended, "output" | "where">> {
  const { ExitCode: exitCode, Running: isRunning } = await within(startMs, exec.inspect());
  const crash = exitCode === 0 ? undefined : await crashSoon(daemon, exitCode ?? 137);
  if (crash !== undefined) return { fault: `did not end by itself: ${crash}` };
  if (exitCode === null || isRunning)
    return { fault: "was cut off: the daemon closed the connection" };
  return { exitCode };
}

/** A container that ends kills the command in it first, and is known to have ended a moment later. */
async function crashSoon(daemon: Daemon, exitCode: number): Promise<string | undefined> {
  const looks = exitCode > 128 ? 10 : 1;
  for (let look = 1; ; look++) {
    const crash = await daemon.crash();
    if (crash !== undefined || look >= looks) return crash;
    await sleep(200);
  }
}

function endOf(docker: Docker, stream: Duplex, tail: Tail): Promise<void> {
  const out = new PassThrough({ encoding: "utf8" });
  out.on("data", (text: string) => {
    tail.add(text);
  });
  docker.modem.demuxStream(stream, out, out);
  return new Promise((resolve) => {
    for (const event of ["end", "close", "error"]) {
      stream.once(event, () => {
        // What is still on its way through the streams comes first.
        setImmediate(resolve);
      });
    }
  });
}

/** Ends the command's processes; what is left of them is said. */
async function killed(client: Docker, name: string, id: string): Promise<string> {
  try {
    const { exitCode } = await run(name, ["sh", "-c", KILL, id], killMs, { client });
    if (exitCode === 0) return "";
  } catch {
    // Said below, like a shell that is not there.
  }
  return " and may still run: it could not be ended";
}
