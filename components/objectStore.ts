import * as pulumi from "@pulumi/pulumi";
import type { AwsObjectStoreArgs } from "./aws/args";
import type { Environment } from "./environment";
import { Problems } from "./errors";
import type { Link, Linkable } from "./link";
import { checkName } from "./naming";
import { capabilityOf } from "./platform";
import type { ObjectStoreSpec } from "./specs";
import type { ObjectStoreTransforms } from "./transform";

/** Arguments of an {@link ObjectStore}. */
export interface ObjectStoreArgs {
  readonly environment: Environment;
  /** Whether what is replaced or deleted can be had back. @default true */
  readonly versioned?: boolean;
  /** Days for which replaced and deleted versions are kept, from 1. @default 30 */
  readonly keepVersionsDays?: number;
  /** Days after which objects go, from 1. @default never */
  readonly expireDays?: number;
  /** Whether the data is protected against `destroy` and against replacement. @default true */
  readonly deletionProtection?: boolean;
  /** Changes to the resources that it is made of. */
  readonly transform?: ObjectStoreTransforms;
  /** Settings that only AWS has. */
  readonly aws?: AwsObjectStoreArgs;
}

/**
 * A place for files, spoken to by the API of S3; private, encrypted and versioned. What links to it is given
 * `OBJECT_STORE_BUCKET`, `OBJECT_STORE_REGION` and `OBJECT_STORE_ENDPOINT`, and the right to read, write, delete and list its
 * objects, and nothing wider.
 *
 * @example
 * const uploads = new ObjectStore("uploads", { environment, expireDays: 365 });
 */
export class ObjectStore extends pulumi.ComponentResource implements Linkable {
  /** Name of the bucket. */
  readonly bucket: pulumi.Output<string>;
  readonly region: string;
  /** Where clients of S3's API speak to it. */
  readonly endpoint: string;
  /** Where everybody can read what is in it; undefined where nobody can. */
  readonly publicUrl: pulumi.Output<string> | undefined;
  readonly link: Link;

  /** @throws InvalidArgumentsError with every mistake in the arguments, or where the platform has no object store. */
  constructor(name: string, args: ObjectStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    const { spec, make } = normalize(name, args);
    super("landfall:index:ObjectStore", name, {}, args.environment.optionsFor(opts));
    const store = make(this, spec);
    this.bucket = pulumi.output(store.bucket);
    this.region = store.region;
    this.endpoint = store.endpoint;
    this.publicUrl = store.publicUrl;
    this.link = {
      name,
      env: {
        OBJECT_STORE_BUCKET: this.bucket,
        OBJECT_STORE_REGION: this.region,
        OBJECT_STORE_ENDPOINT: this.endpoint,
        ...(store.publicUrl === undefined ? {} : { OBJECT_STORE_PUBLIC_URL: store.publicUrl }),
      },
      secrets: {},
      permission: store.permission,
      grants: store.grants,
      ready: store.ready,
    };
    this.registerOutputs({ bucket: this.bucket });
  }
}

function normalize(name: string, args: ObjectStoreArgs) {
  const problems = new Problems(`ObjectStore ${JSON.stringify(name)}`);
  checkName(name, "name", problems);
  const make = capabilityOf(args.environment, "objectStore", "object store", problems);
  const { versioned = true, keepVersionsDays = 30, expireDays } = args;
  checkDays(keepVersionsDays, "keepVersionsDays", problems);
  if (expireDays !== undefined) checkDays(expireDays, "expireDays", problems);
  if (make === undefined || problems.all.length > 0) throw problems.error();
  const spec: ObjectStoreSpec = {
    name,
    versioned,
    keepVersionsDays,
    expireDays,
    deletionProtection: args.deletionProtection ?? true,
    transform: args.transform ?? {},
    aws: args.aws ?? {},
  };
  return { spec, make };
}

/** Notes a mistake unless something can be kept for that many days. */
export function checkDays(days: number, path: string, problems: Problems): void {
  const fits = Number.isInteger(days) && days >= 1 && days <= 36_500;
  problems.require(fits, path, "must be a whole number of days from 1 to 36500", days);
}
