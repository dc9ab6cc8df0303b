import type { Finding } from "./index";
import type { GateIo, GateSpec, GateSubject } from "./types";

const pollMs = 1000;

/** Waits until somebody says yes or no, or the time is over, which is a no. */
export async function manual(
  spec: Extract<GateSpec, { type: "manual" }>,
  { release, service }: GateSubject,
  io: GateIo,
): Promise<Finding> {
  const { name: gate, message, timeoutMs } = spec;
  const request = { release, service, gate, message };
  const deadline = io.clock.now() + timeoutMs;
  io.tell(
    `${service}: gate "${gate}" of release ${release} waits for \`landfall approve\`${message === "" ? "" : `: ${message}`}`,
  );
  let unknown = "";
  try {
    for (;;) {
      // A store that does not answer for a moment is no answer: the wait may be long.
      const answer = await io.approval(request).catch((error: unknown) => {
        unknown = `; the last look failed: ${error instanceof Error ? error.message : String(error)}`;
        return undefined;
      });
      if (answer !== undefined) {
        const { approved, by, reason = "" } = answer;
        const word = approved ? "approved" : "rejected";
        const why = reason === "" ? "" : `: ${reason}`;
        return { passed: approved, reason: `${word} by ${by}${why}`, measured: { ...answer } };
      }
      const left = deadline - io.clock.now();
      if (left <= 0 || io.signal.aborted) break;
      await io.clock.sleep(Math.min(pollMs, left), io.signal);
    }
  } finally {
    await io.withdraw(request).catch(() => undefined);
  }
  const reason = `nobody answered within ${timeoutMs / 1000} s${unknown}`;
  return { passed: false, reason, measured: {} };
}
