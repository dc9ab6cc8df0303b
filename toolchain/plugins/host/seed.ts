import { createHash, randomBytes } from "node:crypto";

/**
 * Hex digits that follow from the engine's seed as in the official plugins, so that either makes the same name.
 * Their generator (C2SP chacha8rand) interleaves four blocks word by word and gives them out as 64-bit
 * little-endian numbers, so a draw's low digit is of block 0 or 2 in turn.
 */
export function seededHex(seed: Uint8Array, count: number): string {
  const key = seed.length === 0 ? randomBytes(32) : createHash("sha256").update(seed).digest();
  const blocks = [chacha8Block(key, 0), chacha8Block(key, 2)] as const;
  return Array.from({ length: count }, (_, draw) => {
    const word = (draw % 2 === 0 ? blocks[0] : blocks[1])[draw >> 1] ?? 0;
    return (word & 15).toString(16);
  }).join("");
}

/** The constant row of a ChaCha block after 8 rounds, which that generator leaves without the final addition. */
function chacha8Block(key: Buffer, counter: number): Uint32Array {
  const state = new Uint32Array(16);
  state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
  for (let index = 0; index < 8; index++) state[4 + index] = key.readUInt32LE(index * 4);
  state[12] = counter;
  for (let doubleRound = 0; doubleRound < 4; doubleRound++)
    for (const turn of [0, 1])
      for (let column = 0; column < 4; column++)
        quarterRound(state, [
          column,
          4 + ((column + turn) % 4),
          8 + ((column + 2 * turn) % 4),
          12 + ((column + 3 * turn) % 4),
        ]);
  return state.slice(0, 4);
}

type Quad = readonly [number, number, number, number];

function quarterRound(state: Uint32Array, [a, b, c, d]: Quad): void {
  const mix = (sum: number, addend: number, turned: number, by: number): void => {
    state[sum] = (state[sum] ?? 0) + (state[addend] ?? 0);
    const word = (state[turned] ?? 0) ^ (state[sum] ?? 0);
    state[turned] = (word << by) | (word >>> (32 - by));
  };
  mix(a, b, d, 16);
  mix(c, d, b, 12);
  mix(a, b, d, 8);
  mix(c, d, b, 7);
}
