import { z } from "zod";

import type { GateSpec } from "../../components/gates";

const common = {
  name: z.string().min(1),
  when: z.array(z.enum(["before", "during", "after"])),
};
const text = z.string();
const share = z.number().min(0).max(1);
const milliseconds = z.number().min(0);
const count = z.number().min(1);

/** Reads a gate from a stack's outputs, where the components have put it. */
export const gateSpec: z.ZodType<GateSpec> = z.discriminatedUnion("type", [
  z.object({
    ...common,
    type: z.literal("http"),
    path: text,
    status: z.number(),
    json: z.record(text, z.union([text, z.number(), z.boolean(), z.null()])),
    deadlineMs: milliseconds,
  }),
  z.object({
    ...common,
    type: z.literal("slo"),
    p95Ms: z.number().positive().nullable(),
    errorRate: share,
    requests: count,
    path: text,
    windowMs: milliseconds,
    compare: z.boolean(),
  }),
  z.object({
    ...common,
    type: z.literal("command"),
    command: z.array(text).min(1),
    on: z.enum(["container", "host"]),
    timeoutMs: milliseconds,
  }),
  z.object({ ...common, type: z.literal("manual"), message: text, timeoutMs: milliseconds }),
  z.object({
    ...common,
    type: z.literal("shadow"),
    requests: count,
    paths: z.array(text),
    differences: share,
    ignore: z.array(text),
    windowMs: milliseconds,
  }),
]);
