import * as pulumi from "@pulumi/pulumi";
import type { AwsAlarmsArgs } from "./aws/args";
import type { Duration, Size } from "./duration";
import { mebibytes, milliseconds } from "./duration";
import type { Environment } from "./environment";
import { Problems } from "./errors";
import type { ManagedPostgres } from "./managedPostgres";
import { checkName } from "./naming";
import { capabilityOf } from "./platform";
import type { RedisCache } from "./redisCache";
import type { Service } from "./service";
import type { AlarmsSpec, AlarmThresholds } from "./specs";
import type { AlarmsStatus } from "./status";

/** Arguments of {@link Alarms}. */
export interface AlarmsArgs {
  readonly environment: Environment;
  /** Services that are watched. @default [] */
  readonly services?: readonly Service[];
  /** Databases that are watched. @default [] */
  readonly databases?: readonly ManagedPostgres[];
  /** Caches that are watched. @default [] */
  readonly caches?: readonly RedisCache[];
  /** From where on somebody is told. */
  readonly thresholds?: ThresholdArgs;
  /** Settings that only AWS has. */
  readonly aws?: AwsAlarmsArgs;
}

/** From where on somebody is told: on AWS when it is so for ten minutes, two times five; on Docker when somebody looks. */
export interface ThresholdArgs {
  /** CPU of a service, a database or a cache, in percent. @default 80 */
  readonly cpuPercent?: number;
  /** Memory of a service or a cache, in percent. @default 80 */
  readonly memoryPercent?: number;
  /** Connections of a database. @default 80 */
  readonly connections?: number;
  /** Share of a service's answers that are its own fault (5xx), 0 to 1. @default 0.01 */
  readonly errorRate?: number;
  /** Time until a service has answered 95 of 100 requests; on Docker those of the last five minutes. @default "1s" */
  readonly p95?: Duration;
  /** Disk that a database has left. @default "2GB" */
  readonly freeStorage?: Size;
  /** Age of the oldest message in a queue. @default "5m" */
  readonly queueAge?: Duration;
}

/**
 * Watches over services, databases and caches, and tells whoever the environment names. On Docker nothing runs for it: the
 * thresholds are part of the stack's outputs, for `landfall status` to hold what it sees against.
 *
 * @example
 * const watch = new Alarms("watch", { environment, services: [api], databases: [db] });
 * export const alarms = watch.status;
 */
export class Alarms extends pulumi.ComponentResource {
  /** What is watched, and from where on somebody is told; export it as `alarms` for `landfall status`. */
  readonly status: pulumi.Output<AlarmsStatus>;

  /** @throws InvalidArgumentsError with every mistake in the arguments. */
  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { spec, make } = normalize(name, args);
    super("landfall:index:Alarms", name, {}, args.environment.optionsFor(opts));
    this.status = make(this, spec).status;
    this.registerOutputs({ status: this.status });
  }
}

function normalize(name: string, args: AlarmsArgs) {
  const problems = new Problems(`Alarms ${JSON.stringify(name)}`);
  checkName(name, "name", problems);
  const make = capabilityOf(args.environment, "alarms", "alarms", problems);
  const { services = [], databases = [], caches = [], aws = {} } = args;
  const count = services.length + databases.length + caches.length + (aws.queues?.length ?? 0);
  problems.require(
    count > 0,
    "services",
    "must name something to watch over, or databases or caches",
  );
  const thresholds = thresholdsOf(args.thresholds ?? {}, problems);
  const spec: AlarmsSpec = {
    name,
    thresholds,
    aws,
    services: services.map(({ link, status, publicUrl }) => ({
      name: link.name,
      status,
      isPublic: publicUrl !== undefined,
    })),
    databases: databases.map(({ link }) => ({
      name: link.name,
      instance: link.database?.rds?.instance,
    })),
    caches: caches.map(({ link }) => ({ name: link.name, nodes: link.cache?.nodes ?? [] })),
  };
  if (make === undefined || problems.all.length > 0) throw problems.error();
  return { spec, make };
}

function thresholdsOf(args: ThresholdArgs, problems: Problems): AlarmThresholds {
  const { cpuPercent = 80, memoryPercent = 80, connections = 80, errorRate = 0.01 } = args;
  const at = (key: string) => `thresholds.${key}`;
  const isPercent = (value: number) => value > 0 && value < 100;
  const percent = "must be more than 0 and less than 100, in percent";
  problems.require(isPercent(cpuPercent), at("cpuPercent"), percent, cpuPercent);
  problems.require(isPercent(memoryPercent), at("memoryPercent"), percent, memoryPercent);
  problems.require(
    Number.isInteger(connections) && connections >= 1,
    at("connections"),
    "must be a whole number from 1",
    connections,
  );
  problems.require(
    errorRate >= 0 && errorRate < 1,
    at("errorRate"),
    "must be a share from 0 up to 1, such as 0.01",
    errorRate,
  );
  const time = { min: "1ms", max: "24h" } as const;
  const size = { min: "100MB", max: "1024GB" } as const;
  return {
    cpuPercent,
    memoryPercent,
    connections,
    errorRate,
    p95Ms: milliseconds(args.p95 ?? "1s", at("p95"), time, problems),
    freeStorageMb: mebibytes(args.freeStorage ?? "2GB", at("freeStorage"), size, problems),
    queueAgeSeconds:
      milliseconds(args.queueAge ?? "5m", at("queueAge"), { min: "1s", max: "24h" }, problems) /
      1000,
  };
}
