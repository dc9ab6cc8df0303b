import * as pulumi from "@pulumi/pulumi";
import type { AwsRedisArgs } from "./aws/args";
import * as random from "@pulumi/random";
import type { Size } from "./duration";
import { mebibytes } from "./duration";
import type { Environment } from "./environment";
import { Problems } from "./errors";
import { isImageReference } from "./image";
import type { Link, Linkable } from "./link";
import { checkName } from "./naming";
import type { StoreTransforms } from "./transform";

/** What Redis does with keys when its memory is full. */
export type EvictionPolicy = (typeof EVICTION_POLICIES)[number];

const EVICTION_POLICIES = [
  "allkeys-lru",
  "allkeys-lfu",
  "allkeys-random",
  "volatile-lru",
  "volatile-lfu",
  "volatile-random",
  "volatile-ttl",
  "noeviction",
] as const;

/** Arguments of a {@link RedisCache}. */
export interface RedisCacheArgs {
  readonly environment: Environment;
  /** Major version. @default "7" */
  readonly version?: "6" | "7";
  /** Image on platforms that run one. @default the official image of the version */
  readonly image?: string;
  /** Memory for data; the container's own limit is a quarter more, for copies while saving. @default "256MB" */
  readonly maxMemory?: Size;
  /** @default "allkeys-lru" */
  readonly evictionPolicy?: EvictionPolicy;
  /**
   * When data is saved to disk: pairs of seconds and changed keys. `[]` keeps nothing.
   * @default [[900, 1], [300, 10], [60, 10000]]
   */
  readonly savePoints?: readonly (readonly [seconds: number, changes: number])[];
  /** Change it to make a new password; the server and its consumers get it in one update. @default "1" */
  readonly passwordVersion?: string;
  /** Changes to the resources that it is made of. */
  readonly transform?: StoreTransforms;
  /** Settings that only AWS has. */
  readonly aws?: AwsRedisArgs;
}

// Redis's own defaults, and those of the RunMaster deployment.
const DEFAULT_SAVE_POINTS = [
  [900, 1],
  [300, 10],
  [60, 10000],
] as const;

/**
 * A Redis server; what links to it is given `REDIS_URL`.
 *
 * @example
 * const cache = new RedisCache("cache", { environment, maxMemory: "1GB" });
 */
export class RedisCache extends pulumi.ComponentResource implements Linkable {
  /** Host name that linked services use. */
  readonly host: pulumi.Output<string>;
  readonly port: number;
  /** Generated; secret. */
  readonly password: pulumi.Output<string>;
  /** `redis://:password@host:port/0`, or `rediss:` where the server wants TLS; secret. */
  readonly connectionString: pulumi.Output<string>;
  readonly link: Link;

  /** @throws InvalidArgumentsError with every mistake in the arguments. */
  constructor(name: string, args: RedisCacheArgs, opts?: pulumi.ComponentResourceOptions) {
    const checked = normalize(name, args);
    super("landfall:index:RedisCache", name, {}, args.environment.optionsFor(opts));
    const generated = new random.RandomPassword(
      `${name}-password`,
      { length: 32, special: false, keepers: { version: args.passwordVersion ?? "1" } },
      { parent: this, dependsOn: [args.environment.capabilities.admission] },
    );
    this.password = pulumi.secret(generated.result);
    const store = args.environment.capabilities.redis(this, {
      ...checked,
      password: this.password,
      transform: args.transform ?? {},
      aws: args.aws ?? {},
    });
    this.host = pulumi.output(store.host);
    this.port = store.port;
    const scheme = store.tls === true ? "rediss" : "redis";
    this.connectionString = pulumi.secret(
      pulumi.interpolate`${scheme}://:${this.password}@${store.host}:${store.port}/0`,
    );
    this.link = {
      name,
      env: store.env ?? {},
      secrets: { REDIS_URL: this.connectionString },
      permission: store.permission,
      cache: { component: name, nodes: store.nodes ?? [] },
      ready: store.ready,
    };
    this.registerOutputs({ host: this.host, connectionString: this.connectionString });
  }
}

function normalize(name: string, args: RedisCacheArgs) {
  const problems = new Problems(`RedisCache ${JSON.stringify(name)}`);
  const { version = "7", evictionPolicy = "allkeys-lru", savePoints = DEFAULT_SAVE_POINTS } = args;
  checkName(name, "name", problems);
  problems.require(["6", "7"].includes(version), "version", "must be one of: 6, 7", version);
  problems.require(
    EVICTION_POLICIES.includes(evictionPolicy),
    "evictionPolicy",
    `must be one of: ${EVICTION_POLICIES.join(", ")}`,
    evictionPolicy,
  );
  savePoints.forEach((point, index) => {
    const fits = point.every((n) => Number.isInteger(n) && n >= 1);
    problems.require(
      fits,
      `savePoints[${index}]`,
      "must be seconds and changed keys, both whole numbers from 1",
      point,
    );
  });
  const image = args.environment.imagePins[name] ?? args.image;
  if (image !== undefined)
    problems.require(isImageReference(image), "image", "must be an image reference", image);
  const maxMemoryMb = mebibytes(
    args.maxMemory ?? "256MB",
    "maxMemory",
    { min: "8MB", max: "1024GB" },
    problems,
  );
  problems.throwIfAny();
  return { name, version, image, evictionPolicy, savePoints, maxMemoryMb };
}
