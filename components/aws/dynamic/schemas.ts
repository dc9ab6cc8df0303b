import { z } from "zod";
import { migratedSchema } from "../../dynamic/migratedSchema";

const name = z.string().min(1).max(255);
const arn = z.string().regex(/^arn:aws[\w-]*:/, "must be an ARN");
const count = z.number().int().min(0).max(5000);

const access = { region: z.string().min(1), profile: z.string().optional() };

export const ecsRolloutSchema = z.strictObject({
  ...access,
  cluster: name,
  service: name,
  container: name,
  taskDefinition: arn,
  atLeast: count,
  atMost: count,
  deadlineSeconds: z.number().positive().max(604_800),
});

export const ecsTaskSchema = z.strictObject({
  ...access,
  name,
  cluster: name,
  taskDefinition: arn,
  container: name,
  subnets: z.array(z.string().min(1)).min(1),
  securityGroups: z.array(z.string().min(1)).min(1),
  logGroup: name,
  startedBy: z.string().regex(/^[\w-]{1,36}$/, "must be 1-36 letters, digits, _ or -"),
  timeoutSeconds: z.number().positive().max(86_400),
  revision: name,
  secrets: z.record(z.string(), z.string()).optional(),
  nothing: z.string().optional(),
  image: z.string().optional(),
  schema: z
    .strictObject({
      ...migratedSchema,
      database: z.strictObject({ component: name, name, role: name, server: name }).optional(),
      backups: z.boolean(),
    })
    .optional(),
});
