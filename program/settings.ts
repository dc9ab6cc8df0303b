import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type {
  AwsEnvironmentArgs,
  DockerEnvironmentArgs,
  Duration,
  EnvironmentArgs,
  PlatformName,
  Problem,
  Size,
} from "../components";
import { rebuildConfig } from "../automation/rebuild/patterns";
import { InvalidArgumentsError } from "../components";

const PREFIX = "landfall:";
const IMAGES_RULE = "must map image names to image references";

// The engine hands every value over as text.
const text = z.string();
const optional = text.transform((value) => (value === "" ? undefined : value));
const flag = z
  .enum(["true", "false"], "must be true or false")
  .transform((value) => value === "true");
const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`;
  return text
    .regex(/^\d{1,9}$/, rule)
    .transform(Number)
    .pipe(z.number().min(min, rule).max(max, rule));
};
const port = whole(1, 65535);
/** 0 stands for none. */
const count = (max: number) =>
  whole(0, max).transform((value) => (value === 0 ? undefined : value));
const replicas = whole(0, 16);
const size = text
  .regex(/^\d+(\.\d+)?(MB|GB)$/, 'must be a size, such as "512MB" or "1GB"')
  .transform((value) => value as Size);
const duration = text
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, 'must be a duration, such as "30s"')
  .transform((value) => value as Duration);
const cpu = text
  .regex(/^(\d+(\.\d+)?)?$/, 'must be a number of vCPUs, such as "0.5"')
  .transform((value) => (value === "" ? undefined : Number(value)));
const json = (rule: string) =>
  text.transform((value, context) => {
    try {
      return JSON.parse(value) as unknown;
    } catch {
      context.addIssue(rule);
      return z.NEVER;
    }
  });
const emails = json("must be a list of addresses").pipe(
  z.array(z.string("must be a list of addresses"), "must be a list of addresses"),
);
const images = json(IMAGES_RULE).pipe(z.record(text, z.string(IMAGES_RULE), IMAGES_RULE));

/** The features that the program has; the predictor says what this one does. */
const features = json("must map features to true or false").pipe(
  z.strictObject({ predictions: z.boolean("must be true or false").optional() }),
);

// Names of rules are checked by the policy pack, which has them.
const policyLevels = z.record(z.string(), z.enum(["mandatory", "advisory", "disabled"]));

/** Every key of the program's config. Defaults and descriptions stand in Pulumi.yaml. */
const schema = z.object({
  // What the table of platforms does not have, it refuses itself, with the reason.
  platform: text.transform((value) => value as PlatformName),
  images,
  features,
  // The deployer's, which checks it; the program only knows it.
  releaseStore: text,
  policyPack: text,
  policies: json("must be JSON").pipe(policyLevels),
  backups: json("must be JSON").pipe(z.record(z.string(), z.string())),
  rebuild: json("must be JSON").pipe(rebuildConfig),
  // The deployer's, as well.
  keepReleases: z.coerce.number().int().min(1, "must be a whole number from 1"),
  registry: text.pipe(optional),
  registryUser: text.pipe(optional),
  registryPassword: text.pipe(optional),
  bindAddress: z.ipv4('must be an IPv4 address of the host, such as "127.0.0.1"'),
  subnet: optional,
  owner: text
    .regex(/^([a-z0-9][a-z0-9-]{0,62})?$/, "must be an id that an error has named")
    .pipe(optional),
  webPort: port,
  apiPort: count(65535),
  webReplicas: replicas,
  apiReplicas: replicas,
  apiMaxReplicas: count(256),
  apiMemory: size,
  apiCpu: cpu,
  webMemory: size,
  webCpu: cpu,
  predictorEnabled: flag,
  predictorReplicas: replicas,
  predictorMemory: size,
  predictorCpu: cpu,
  predictorModel: text.min(1, "must name a file"),
  predictorModelSha256: text.regex(/^([0-9a-f]{64})?$/i, "must be 64 hex digits").pipe(optional),
  drain: duration,
  readinessDeadline: duration,
  logLevel: z.enum(["debug", "info", "warn", "error"], "must be one of: debug, info, warn, error"),
  databaseVersion: z.enum(["14", "15", "16", "17"], "must be one of: 14, 15, 16, 17"),
  databaseMemory: size,
  databasePasswordVersion: text.min(1, "must not be empty"),
  databaseMultiAz: flag,
  databaseInstanceClass: optional,
  cacheMemory: size,
  cacheShards: count(500),
  cacheReplicas: whole(0, 5),
  deletionProtection: flag,
  backupsAt: text
    .regex(/^((?:[01]\d|2[0-3]):[0-5]\d)?$/, 'must be a time of day, UTC, such as "02:00"')
    .pipe(optional),
  alarms: flag,
  // What only AWS has; the environment checks it, where it is one on AWS.
  awsAccountId: text.regex(/^(\d{12})?$/, "must be 12 digits").pipe(optional),
  permissionsBoundary: optional,
  natGateways: z.enum(["single", "perZone"], "must be one of: single, perZone"),
  vpnGateway: flag,
  domain: optional,
  domainZoneId: optional,
  cdn: flag,
  logRetentionDays: whole(1, 3653),
  alertEmails: emails,
});

/** The program's config, checked, typed and grouped by the component that takes it. */
export type Settings = ReturnType<typeof grouped>;

function grouped(data: z.infer<typeof schema>) {
  const { platform, webPort, apiPort, drain, readinessDeadline, logLevel } = data;
  return {
    platform,
    environment: environmentOf(data),
    webPort,
    /** Port that leads to the API alone, where there is one. */
    apiPorts: apiPort === undefined ? [] : [{ port: apiPort }],
    drain,
    readinessDeadline,
    logLevel,
    backupsAt: data.backupsAt,
    alarms: data.alarms,
    database: {
      database: "shop",
      user: "shop",
      version: data.databaseVersion,
      memory: data.databaseMemory,
      passwordVersion: data.databasePasswordVersion,
      deletionProtection: data.deletionProtection,
      aws: {
        multiAz: data.databaseMultiAz,
        ...given({ instanceClass: data.databaseInstanceClass }),
      },
    },
    cache: {
      maxMemory: data.cacheMemory,
      aws: { replicas: data.cacheReplicas, ...given({ shards: data.cacheShards }) },
    },
    predictor: {
      replicas: data.predictorEnabled ? data.predictorReplicas : 0,
      features: { predictions: { enables: true, default: true } } as const,
      resources: { memory: data.predictorMemory, cpu: data.predictorCpu },
      model: { file: data.predictorModel, sha256: data.predictorModelSha256 },
    },
    api: {
      replicas: data.apiReplicas,
      resources: { memory: data.apiMemory, cpu: data.apiCpu },
      ...(data.apiMaxReplicas === undefined
        ? {}
        : { aws: { autoscaling: { max: data.apiMaxReplicas } } }),
    },
    web: {
      replicas: data.webReplicas,
      resources: { memory: data.webMemory, cpu: data.webCpu },
    },
  };
}

function environmentOf(data: z.infer<typeof schema>): EnvironmentArgs {
  const { platform, images, bindAddress, subnet, owner, webPort, apiPort } = data;
  const publicPorts = apiPort === undefined ? [webPort] : [webPort, apiPort];
  return {
    platform,
    images,
    features: given(data.features),
    docker: { publicPorts, bindAddress, ...given({ subnet, owner }), ...registryOf(data) },
    aws: {
      publicPorts,
      natGateways: data.natGateways,
      vpnGateway: data.vpnGateway,
      cdn: data.cdn,
      logRetentionDays: data.logRetentionDays,
      alertEmails: data.alertEmails,
      deletionProtection: data.deletionProtection,
      ...given({
        permissionsBoundary: data.permissionsBoundary,
        accountId: data.awsAccountId,
      }),
      ...domainOf(data),
    },
  };
}

function registryOf({
  registry: address,
  registryUser: username,
  registryPassword: password,
}: z.infer<typeof schema>): Pick<DockerEnvironmentArgs, "registry"> {
  if (address === undefined) return {};
  const secret = password === undefined ? undefined : pulumi.secret(password);
  return { registry: { address, ...given({ username, password: secret }) } };
}

/** A half of a domain is for the environment to refuse. */
function domainOf({
  domain = "",
  domainZoneId = "",
}: z.infer<typeof schema>): Pick<AwsEnvironmentArgs, "domain"> {
  if (domain === "" && domainZoneId === "") return {};
  return { domain: { name: domain, zoneId: domainZoneId } };
}

/** Without what config does not name: that stays at its default. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/**
 * Reads the stack's config.
 * @throws InvalidArgumentsError that names every wrong, missing and unknown key at once.
 */
export function readSettings(config = new pulumi.Config("landfall")): Settings {
  const raw = Object.fromEntries(Object.keys(schema.shape).map((key) => [key, config.get(key)]));
  const parsed = schema.safeParse(raw);
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => problemOf(issue, raw)),
    ...unknownKeys(),
  ];
  if (parsed.success && parsed.data.webPort === parsed.data.apiPort)
    problems.push({
      path: `${PREFIX}apiPort`,
      rule: "must differ from landfall:webPort",
      received: String(parsed.data.apiPort),
    });
  if (parsed.success && problems.length === 0) return grouped(parsed.data);
  throw new InvalidArgumentsError("stack config", problems);
}

function problemOf(
  issue: z.core.$ZodIssue,
  raw: Readonly<Record<string, string | undefined>>,
): Problem {
  const [key = "", ...rest] = issue.path.map(String);
  const path = [`${PREFIX}${key}`, ...rest].join(".");
  const received = raw[key];
  if (received === undefined)
    return { path, rule: "is missing; Pulumi.yaml declares it with its default" };
  return { path, rule: issue.message, received: JSON.stringify(received) };
}

/** A misspelt key would otherwise be ignored, and its default deployed. */
function unknownKeys(): Problem[] {
  const known = Object.keys(schema.shape);
  return Object.keys(pulumi.runtime.allConfig())
    .filter((key) => key.startsWith(PREFIX) && !known.includes(key.slice(PREFIX.length)))
    .map((path) => ({
      path,
      rule: `is not a key of this program; the keys are ${known.join(", ")}`,
    }));
}
