import type { Readable } from "node:stream";

export interface Frame {
  stream: "stdout" | "stderr";
  data: Buffer;
}

/**
 * What a command in a container prints, taken apart as it comes: each piece has a header of 8 bytes, the stream's number
 * first and the length last. The reader sets the pace, so that a large output does not pile up in memory.
 */
export async function* framesOf(raw: Readable): AsyncGenerator<Frame> {
  let held: Buffer = Buffer.alloc(0);
  let left = 0;
  let stream: Frame["stream"] = "stdout";
  for await (const chunk of raw) {
    held = Buffer.concat([held, chunk as Buffer]);
    for (;;) {
      if (left === 0) {
        if (held.length < 8) break;
        stream = held[0] === 2 ? "stderr" : "stdout";
        left = held.readUInt32BE(4);
        held = held.subarray(8);
      }
      if (held.length === 0) break;
      const data = held.subarray(0, left);
      held = held.subarray(data.length);
      left -= data.length;
      if (data.length > 0) yield { stream, data };
    }
  }
  if (held.length > 0 || left > 0) throw new Error("the output of a command was cut off");
}
