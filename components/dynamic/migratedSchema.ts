import { z } from "zod";

/** What a task that migrates a schema knows of it on every platform, as `MigratedSchema` describes it. */
export const migratedSchema = {
  job: z.string().min(1),
  tool: z.enum(["sql", "alembic"]),
  head: z.string().min(1),
  chain: z.array(
    z.strictObject({
      id: z.string().min(1),
      contracting: z.boolean(),
      down: z.boolean(),
      tolerates: z.string().optional(),
    }),
  ),
  tolerates: z.string().optional(),
  downCommand: z.array(z.string()).optional(),
};
