import * as pulumi from "@pulumi/pulumi";
import type { AwsPostgresArgs } from "./aws/args";
import * as random from "@pulumi/random";
import type { Size } from "./duration";
import { mebibytes } from "./duration";
import type { Environment } from "./environment";
import { Problems } from "./errors";
import { isImageReference } from "./image";
import type { Link, Linkable } from "./link";
import { checkName } from "./naming";
import type { DatabaseStatus } from "./status";
import type { StoreTransforms } from "./transform";

/** Arguments of a {@link ManagedPostgres}. */
export interface ManagedPostgresArgs {
  readonly environment: Environment;
  /** Major version. @default "15" */
  readonly version?: "14" | "15" | "16" | "17";
  /** Image on platforms that run one, for a version or a build of your own. @default the official image of the version */
  readonly image?: string;
  /** Name of the database. @default "app" */
  readonly database?: string;
  /** Role that owns the database. @default "app" */
  readonly user?: string;
  /** Memory of the server: its settings are tuned to it, and on AWS it chooses the class of the instance. @default "512MB" */
  readonly memory?: Size;
  /** Connections that it takes, 5 to 10000. @default 100; on AWS what RDS gives an instance of the class */
  readonly maxConnections?: number;
  /** Server settings that override the tuned ones. @default {} */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether the data is protected against `destroy` and against replacement. @default true */
  readonly deletionProtection?: boolean;
  /** Change it to make a new password; the server and its consumers get it in one update. @default "1" */
  readonly passwordVersion?: string;
  /** Changes to the resources that it is made of. */
  readonly transform?: StoreTransforms;
  /** Settings that only AWS has. */
  readonly aws?: AwsPostgresArgs;
}

const DEFAULT_VERSION = "15";
const IDENTIFIER = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * A Postgres server with one database and one role; what links to it is given `DATABASE_URL`.
 *
 * @example
 * const db = new ManagedPostgres("db", { environment, database: "shop", memory: "1GB" });
 */
export class ManagedPostgres extends pulumi.ComponentResource implements Linkable {
  /** Host name that linked services use. */
  readonly host: pulumi.Output<string>;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Major version of the server. */
  readonly version: string;
  /** Image of the server, where it was given one. */
  readonly image: string | undefined;
  /** Generated; secret. */
  readonly password: pulumi.Output<string>;
  /** `postgresql://user:password@host:port/database`; secret. */
  readonly connectionString: pulumi.Output<string>;
  readonly link: Link;
  /**
   * What `landfall read-only` works with on AWS: export it, under the component's name, in the stack's output `databases`.
   * Undefined on platforms that need no such thing.
   */
  readonly status: pulumi.Output<DatabaseStatus> | undefined;

  /** @throws InvalidArgumentsError with every mistake in the arguments. */
  constructor(name: string, args: ManagedPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    const checked = normalize(name, args);
    super("landfall:index:ManagedPostgres", name, {}, args.environment.optionsFor(opts));
    this.database = checked.database;
    this.user = checked.user;
    this.version = checked.version;
    this.image = checked.image;
    const generated = new random.RandomPassword(
      `${name}-password`,
      // Letters and digits only: it stands in URLs and environment variables as it is.
      { length: 32, special: false, keepers: { version: args.passwordVersion ?? "1" } },
      { parent: this, dependsOn: [args.environment.capabilities.admission] },
    );
    this.password = pulumi.secret(generated.result);
    const store = args.environment.capabilities.postgres(this, {
      ...checked,
      password: this.password,
      transform: args.transform ?? {},
      aws: args.aws ?? {},
    });
    this.host = pulumi.output(store.host);
    this.port = store.port;
    this.status = store.status;
    this.connectionString = pulumi.secret(
      pulumi.interpolate`postgresql://${this.user}:${this.password}@${store.host}:${store.port}/${this.database}${store.tls === true ? "?sslmode=require" : ""}`,
    );
    this.link = {
      name,
      env: store.env ?? {},
      secrets: { DATABASE_URL: this.connectionString },
      permission: store.permission,
      database: {
        component: name,
        name: this.database,
        role: this.user,
        server: store.server,
        ...(store.rds === undefined ? {} : { rds: store.rds }),
      },
      ready: store.ready,
    };
    this.registerOutputs({ host: this.host, connectionString: this.connectionString });
  }
}

function normalize(name: string, args: ManagedPostgresArgs) {
  const problems = new Problems(`ManagedPostgres ${JSON.stringify(name)}`);
  const { database = "app", user = "app", maxConnections, version = DEFAULT_VERSION } = args;
  checkName(name, "name", problems);
  const rule =
    "must be 1 to 63 lower-case letters, digits and underscores, not starting with a digit";
  problems.require(IDENTIFIER.test(database), "database", rule, database);
  problems.require(IDENTIFIER.test(user), "user", rule, user);
  problems.require(user !== "postgres", "user", "must not be the superuser", user);
  problems.require(
    ["14", "15", "16", "17"].includes(version),
    "version",
    "must be one of: 14, 15, 16, 17",
    version,
  );
  problems.require(
    maxConnections === undefined ||
      (Number.isInteger(maxConnections) && maxConnections >= 5 && maxConnections <= 10000),
    "maxConnections",
    "must be a whole number from 5 to 10000",
    maxConnections,
  );
  const image = args.environment.imagePins[name] ?? args.image;
  if (image !== undefined)
    problems.require(isImageReference(image), "image", "must be an image reference", image);
  for (const setting of Object.keys(args.settings ?? {}))
    problems.require(
      /^[a-z_][a-z0-9_.]*$/.test(setting),
      `settings.${setting}`,
      "must be the name of a server setting",
    );
  const memoryMb = mebibytes(
    args.memory ?? "512MB",
    "memory",
    { min: "128MB", max: "1024GB" },
    problems,
  );
  problems.throwIfAny();
  return {
    name,
    version,
    image,
    database,
    user,
    memoryMb,
    maxConnections,
    settings: args.settings ?? {},
    deletionProtection: args.deletionProtection ?? true,
  };
}
