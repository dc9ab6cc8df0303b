import { z } from "zod";
import { migratedSchema } from "../../dynamic/migratedSchema";

// Names, hosts and paths end up in the router's configuration and in shell arguments: these patterns are what
// keeps them from being anything else there.
const dockerName = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/, "must be a name or id of a container");
const service = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,62}$/,
    "must be 1-63 lower-case letters, digits and dashes, starting with a letter",
  );
const host = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9_])?(\.[a-zA-Z0-9_]([a-zA-Z0-9_-]*[a-zA-Z0-9_])?)*$/,
    "must be a host name or IPv4 address without port",
  );
const urlPath = z
  .string()
  .regex(
    /^\/[A-Za-z0-9._~!$&()*+,;=:@%/-]{0,1023}$/,
    "must be a path that starts with / and has no spaces, quotes, backslashes, # or ?",
  );
// A check may have a query, a route may not: routes are chosen by the path alone.
const requestPath = z
  .string()
  .regex(
    /^\/[A-Za-z0-9._~!$&()*+,;=:@%/?-]{0,1023}$/,
    "must be a path that starts with / and has no spaces, quotes, backslashes or #",
  );
const token = z
  .string()
  .regex(/^[A-Za-z][\w-]{0,62}$/, "must be a letter, then letters, digits, _ or -");
const identifier = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,62}$/, "must be a plain name of a database or role");
const port = z.number().int().min(1).max(65535);
const seconds = (max: number) => z.number().positive().max(max);

const listen = z.strictObject({
  port,
  hosts: z.array(host).min(1).max(64).optional(),
  pathPrefix: urlPath.optional(),
});
const server = z.strictObject({
  name: dockerName,
  port,
  weight: z.number().int().min(0).max(256).optional(),
});

export const routeSchema = z.strictObject({
  router: dockerName,
  service,
  listen: z.array(listen).min(1).max(64),
  servers: z.array(server).max(128),
  check: z.strictObject({
    path: requestPath,
    intervalSeconds: seconds(3600).optional(),
    timeoutSeconds: seconds(3600).optional(),
    fall: z.number().int().min(1).max(100).optional(),
    rise: z.number().int().min(1).max(100).optional(),
  }),
  timeouts: z
    .strictObject({
      connectSeconds: seconds(60).optional(),
      responseSeconds: seconds(86_400).optional(),
      tunnelSeconds: seconds(604_800).optional(),
    })
    .optional(),
  drainSeconds: z.number().min(0).max(3600).optional(),
  maintenance: z
    .strictObject({ retryAfterSeconds: z.number().int().min(0).max(86_400).optional() })
    .optional(),
  sticky: z
    .union([z.strictObject({ cookie: token }), z.strictObject({ header: token })])
    .optional(),
});

export const gateSchema = z.strictObject({
  router: dockerName,
  targets: z
    .array(z.strictObject({ name: dockerName, port }))
    .min(1)
    .max(128),
  path: requestPath,
  expectStatus: z.number().int().min(100).max(599).optional(),
  deadlineSeconds: seconds(3600).optional(),
  intervalMs: z.number().int().min(100).max(250).optional(),
  successes: z.number().int().min(1).max(100).optional(),
  revision: z.string().min(1),
  secretEnv: z.array(z.string()).optional(),
});

export const readySchema = z.strictObject({
  container: dockerName,
  command: z.array(z.string()).min(1),
  deadlineSeconds: seconds(3600).optional(),
  intervalMs: z.number().int().min(50).max(60_000).optional(),
});

export const taskSchema = z.strictObject({
  name: dockerName,
  image: z.string().min(1),
  command: z.array(z.string()).optional(),
  env: z.record(z.string().regex(/^[^=\0]+$/), z.string()).optional(),
  secretEnv: z.array(z.string()).optional(),
  networks: z.array(z.string().min(1)).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  hosts: z.array(z.string().regex(/^[^:\s]+:\S+$/, "must be host:address")).optional(),
  memoryMb: z.number().int().min(6).optional(),
  timeoutSeconds: seconds(86_400).optional(),
  schema: z
    .strictObject({
      ...migratedSchema,
      beyond: z.array(z.string()),
      database: z
        .strictObject({
          component: z.string(),
          name: identifier,
          role: identifier,
          server: dockerName,
        })
        .optional(),
      backups: z.string().min(1).optional(),
    })
    .optional(),
  revision: z.string().min(1),
});

export const portsSchema = z.strictObject({
  bindAddress: z.union([z.ipv4(), z.ipv6()]),
  ports: z.array(z.strictObject({ port, usedBy: z.string().min(1) })).max(256),
  routerLabels: z
    .record(z.string(), z.string())
    .refine((labels) => Object.keys(labels).length > 0, "must tell the stack's own router"),
  stackLabels: z.record(z.string(), z.string()).optional(),
  owner: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be 1-63 lower-case letters, digits and dashes")
    .optional(),
});
