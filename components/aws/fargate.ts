import type { Problems } from "../errors";

/** What a Fargate task is given: CPU units (1024 are one vCPU) and MiB. */
export interface TaskSize {
  readonly cpu: number;
  readonly memoryMb: number;
}

interface Step {
  readonly cpu: number;
  readonly memory: readonly number[];
}

const GIB = 1024;

/** Every size that Fargate has, by AWS's own table. */
const SIZES: readonly Step[] = [
  { cpu: 256, memory: [512, GIB, 2 * GIB] },
  { cpu: 512, memory: gibibytes(1, 4, 1) },
  { cpu: 1024, memory: gibibytes(2, 8, 1) },
  { cpu: 2048, memory: gibibytes(4, 16, 1) },
  { cpu: 4096, memory: gibibytes(8, 30, 1) },
  { cpu: 8192, memory: gibibytes(16, 60, 4) },
  { cpu: 16384, memory: gibibytes(32, 120, 8) },
];

const DEFAULT_CPU = 512;

/** What is asked for, in the portable arguments or in AWS's own. */
export interface SizeRequest {
  /** vCPUs; rounded up. */
  readonly cpu: number | undefined;
  /** CPU units, taken as they are. */
  readonly cpuUnits: number | undefined;
  readonly memoryMb: number;
}

/**
 * The smallest size that has what is asked for: a portable size is rounded up, CPU units that are named are not. Notes a
 * mistake, with the sizes that there are, where none fits.
 */
export function taskSize(
  { cpu, cpuUnits, memoryMb }: SizeRequest,
  paths: { readonly cpu: string; readonly cpuUnits: string; readonly memory: string },
  problems: Problems,
): TaskSize {
  if (cpuUnits !== undefined) {
    const step = SIZES.find((each) => each.cpu === cpuUnits);
    const units = SIZES.map((each) => each.cpu).join(", ");
    if (!problems.require(step !== undefined, paths.cpuUnits, `must be one of: ${units}`, cpuUnits))
      return { cpu: DEFAULT_CPU, memoryMb: GIB };
    const memory = step?.memory.find((each) => each >= memoryMb);
    const rule = `must be at most ${range(step)} with ${cpuUnits} CPU units; Fargate has ${table()}`;
    problems.require(memory !== undefined, paths.memory, rule, `${memoryMb}MB`);
    return { cpu: cpuUnits, memoryMb: memory ?? memoryMb };
  }
  const wanted = cpu === undefined ? DEFAULT_CPU : Math.ceil(cpu * 1024);
  const enough = SIZES.filter((each) => each.cpu >= wanted);
  if (enough.length === 0) {
    problems.add(paths.cpu, `must be at most 16 vCPUs; Fargate has ${table()}`, cpu);
    return { cpu: DEFAULT_CPU, memoryMb: GIB };
  }
  for (const step of enough) {
    const memory = step.memory.find((each) => each >= memoryMb);
    if (memory !== undefined) return { cpu: step.cpu, memoryMb: memory };
  }
  problems.add(paths.memory, `must be at most 120GB; Fargate has ${table()}`, `${memoryMb}MB`);
  return { cpu: DEFAULT_CPU, memoryMb: GIB };
}

function gibibytes(from: number, to: number, step: number): number[] {
  const count = Math.floor((to - from) / step) + 1;
  return Array.from({ length: count }, (_, index) => (from + index * step) * GIB);
}

function table(): string {
  return SIZES.map((step) => `${step.cpu} with ${range(step)}`).join(", ");
}

function range(step: Step | undefined): string {
  const [first = 0, last = 0] = [step?.memory[0], step?.memory.at(-1)];
  return `${first < GIB ? `${first}MB` : `${first / GIB}GB`} to ${last / GIB}GB`;
}
