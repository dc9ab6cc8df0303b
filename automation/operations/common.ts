import { z } from "zod";

/** What arguments of several operations are made of. */

export const stackName = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.-]{0,99}(\/[A-Za-z0-9][\w.-]{0,99}){0,2}$/,
    "must be a stack name: letters, digits, '.', '_' and '-', with an optional 'organization/project/' before it",
  );

export const serviceName = z
  .string()
  .regex(
    /^[A-Za-z][\w-]{0,62}$/,
    "must be a service name: a letter, then letters, digits, '_' or '-'",
  );

export const seconds = (most: number): z.ZodNumber => z.number().min(0).max(most);

/** A duration (`90s`, `10m`, `2h`, `1d`), or a time in ISO 8601. */
export const moment = z
  .string()
  .refine((text) => /^\d+(\.\d+)?(s|m|h|d)$/.test(text) || !Number.isNaN(Date.parse(text)), {
    message: "must be a duration such as 90s, 10m, 2h or 1d, or a time in ISO 8601",
  });

export const target = {
  /** Name of the stack, `dev` for example; with the Pulumi service also `organization/project/stack`. */
  stack: stackName,
  /** Folder of the Pulumi project. @default the deployer's projectDir */
  cwd: z.string().min(1).optional(),
};

export const update = {
  ...target,
  /** How many resources the engine works on at once. @default the engine's own: four per CPU */
  parallel: z.int().min(1).max(1024).optional(),
  /** Seconds to wait for a lock that another update holds; 0 fails at once. @default 0 */
  wait: seconds(86_400).optional(),
};

/** Seconds for which the verdict's observation and probes are tried again. @default 15 */
export const verifyTimeout = seconds(3600).optional();

/** Names of resources or components whose data an update or a destroy may lose. @default none */
export const allowDataLoss = z.array(z.string().min(1).max(200)).max(1000).optional();

/** Deploys in spite of a freeze, for this reason; kept in the release record. */
export const overrideFreeze = z.string().trim().min(1).max(1000).optional();

export const switching = {
  ...update,
  message: z.string().max(1000).optional(),
  verifyTimeout,
  overrideFreeze,
};
