import type { Container } from "dockerode";

const frameHeader = 8;

/** Everything that a container has printed. */
export async function allLogs(container: Container, tty: boolean, tail?: number): Promise<string> {
  const raw = await container.logs({
    stdout: true,
    stderr: true,
    follow: false,
    ...(tail === undefined ? {} : { tail }),
  });
  return tty ? raw.toString("utf8") : withoutFrames(raw).toString("utf8");
}

/** Without a terminal the daemon puts a header with stream and length before every piece. */
export function withoutFrames(raw: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at + frameHeader <= raw.length;) {
    const length = raw.readUInt32BE(at + 4);
    pieces.push(raw.subarray(at + frameHeader, at + frameHeader + length));
    at += frameHeader + length;
  }
  return Buffer.concat(pieces);
}
