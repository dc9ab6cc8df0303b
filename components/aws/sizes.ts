import type { Problems } from "../errors";

/** A class of instances or nodes, and the memory that it has, in MiB. */
export type Sizes = readonly (readonly [name: string, memoryMb: number])[];

/** The smallest that has the memory; notes a mistake where none has. */
export function smallestWith(
  sizes: Sizes,
  memoryMb: number,
  at: { readonly path: string; readonly override: string },
  problems: Problems,
): string {
  const found = sizes.find(([, has]) => has >= memoryMb);
  if (found !== undefined) return found[0];
  const [largest, has] = sizes[sizes.length - 1] ?? ["", 0];
  problems.add(
    at.path,
    `must be at most ${Math.floor(has / 1024)}GB, which is ${largest}; ${at.override} names another`,
    `${memoryMb}MB`,
  );
  return largest;
}

const GIB = 1024;

/** Classes of RDS: burstable ones up to 8 GiB, then those whose memory is the point. */
export const INSTANCE_CLASSES: Sizes = [
  ["db.t3.micro", GIB],
  ["db.t3.small", 2 * GIB],
  ["db.t3.medium", 4 * GIB],
  ["db.t3.large", 8 * GIB],
  ["db.r5.large", 16 * GIB],
  ["db.r5.xlarge", 32 * GIB],
  ["db.r5.2xlarge", 64 * GIB],
  ["db.r5.4xlarge", 128 * GIB],
  ["db.r5.8xlarge", 256 * GIB],
  ["db.r5.12xlarge", 384 * GIB],
  ["db.r5.16xlarge", 512 * GIB],
  ["db.r5.24xlarge", 768 * GIB],
];

/** Nodes of ElastiCache with the memory that is Redis's, in MiB. */
export const NODE_TYPES: Sizes = [
  ["cache.t3.micro", 512],
  ["cache.t3.small", 1402],
  ["cache.t3.medium", 3164],
  ["cache.r6g.large", 13_383],
  ["cache.r6g.xlarge", 26_951],
  ["cache.r6g.2xlarge", 54_087],
  ["cache.r6g.4xlarge", 108_349],
  ["cache.r6g.8xlarge", 214_579],
  ["cache.r6g.12xlarge", 325_396],
  ["cache.r6g.16xlarge", 429_148],
];
