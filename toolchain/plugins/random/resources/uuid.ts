import { randomBytes, randomUUID } from "node:crypto";
import { InvalidRequestError } from "../../host";
import type { RandomResource } from "../resource";
import { keepers } from "../rules";

export const randomUuid: RandomResource = uuidResource(randomUUID);
export const randomUuid4: RandomResource = uuidResource(randomUUID);
export const randomUuid7: RandomResource = uuidResource(() => uuid7(Date.now()));

function uuidResource(draw: () => string): RandomResource {
  return {
    inputs: { keepers },
    computed: { result: { type: "string" } },
    generate() {
      const result = draw();
      return { id: result, outputs: { result } };
    },
    adopt(given) {
      const result = given.toLowerCase();
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(result)) {
        throw new InvalidRequestError(`${given} is not a UUID`);
      }
      return { id: result, inputs: {}, outputs: { result } };
    },
  };
}

/** RFC 9562, version 7: 48 bits of Unix time in milliseconds, then random bits. */
export function uuid7(nowMs: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
