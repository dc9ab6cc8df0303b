import { randomUUID } from "node:crypto";

import type * as S3 from "@aws-sdk/client-s3";
import type { PutObjectCommandInput, S3Client } from "@aws-sdk/client-s3";

import { bucketFailure, isFound, statusOf } from "./bucketFailure";
import type { BucketLocation } from "./bucketUrl";

/** An object with the tag that its next version will not have. */
export interface StoredObject {
  text: string;
  etag: string;
}

type Api = typeof S3;
type Env = Readonly<Record<string, string | undefined>>;

/** Milliseconds. An answer that takes longer is tried again twice. */
const connectionTimeout = 5_000;
const requestTimeout = 20_000;

/**
 * A folder of a bucket behind any S3 API. The API must honour `If-None-Match: *` and `If-Match` of a put, as Amazon's
 * does since 2024; conditions are what keeps writers side by side apart. Its client is loaded with the first request.
 */
export class Bucket {
  private connection: Promise<{ api: Api; client: S3Client }> | undefined;

  constructor(
    readonly location: BucketLocation,
    private readonly env: Env,
  ) {}

  /** Keys below a folder, in their order. */
  async keys(folder: string): Promise<string[]> {
    const found: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.ask(({ api, client }) =>
        client.send(
          new api.ListObjectsV2Command({
            Bucket: this.location.bucket,
            Prefix: this.location.prefix + folder,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key: key } of page.Contents ?? []) {
        if (key !== undefined) found.push(key.slice(this.location.prefix.length));
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return found;
  }

  async read(key: string): Promise<StoredObject | undefined> {
    return this.ask(async ({ api, client }) => {
      try {
        const { Body: body, ETag: etag = "" } = await client.send(
          new api.GetObjectCommand(this.at(key)),
        );
        return { text: (await body?.transformToString("utf8")) ?? "", etag };
      } catch (error) {
        if (isFound(error, "NoSuchKey")) return undefined;
        throw error;
      }
    });
  }

  /** Writes an object that is not there yet; false when there is one. */
  async create(key: string, text: string): Promise<boolean> {
    const writer = randomUUID();
    const input = { ...this.put(key, text), IfNoneMatch: "*", Metadata: { writer } };
    if (await this.conditional(input)) return true;
    // The request may have come through and its answer been lost: then the object that is in the way is our own.
    return this.ask(async ({ api, client }) => {
      const { Metadata: found } = await client.send(new api.HeadObjectCommand(this.at(key)));
      return found?.writer === writer;
    }).catch(() => false);
  }

  /** Writes an object, whatever was there. */
  async write(key: string, text: string): Promise<void> {
    await this.ask(({ api, client }) => client.send(new api.PutObjectCommand(this.put(key, text))));
  }

  /** Replaces the version of an object that was read; false when it is another one now. */
  async replace(key: string, text: string, { etag }: StoredObject): Promise<boolean> {
    return this.conditional({ ...this.put(key, text), IfMatch: etag });
  }

  /** An object that is gone already is no error. */
  async remove(key: string): Promise<void> {
    await this.ask(({ api, client }) => client.send(new api.DeleteObjectCommand(this.at(key))));
  }

  private async conditional(input: PutObjectCommandInput): Promise<boolean> {
    return this.ask(async ({ api, client }) => {
      try {
        await client.send(new api.PutObjectCommand(input));
        return true;
      } catch (error) {
        // 409: another conditional put of the same key is under way. Who lost looks again.
        if ([409, 412].includes(statusOf(error) ?? 0)) return false;
        throw error;
      }
    });
  }

  private put(key: string, text: string): PutObjectCommandInput {
    const { encryption } = this.location;
    return {
      ...this.at(key),
      Body: text,
      ContentType: "application/json",
      ...(encryption === undefined
        ? {}
        : { ServerSideEncryption: encryption.type as "AES256", SSEKMSKeyId: encryption.key }),
    };
  }

  private at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.location.bucket, Key: this.location.prefix + key };
  }

  private async ask<T>(request: (via: { api: Api; client: S3Client }) => Promise<T>): Promise<T> {
    try {
      return await request(await (this.connection ??= connect(this.location, this.env)));
    } catch (error) {
      throw bucketFailure(error, this.location);
    }
  }
}

/** With the engine's environment, which need not be this process's. */
async function connect(
  location: BucketLocation,
  env: Env,
): Promise<{ api: Api; client: S3Client }> {
  const api = await import("@aws-sdk/client-s3");
  const { endpoint, forcePathStyle } = location;
  const set = (name: string): string | undefined => (env[name] === "" ? undefined : env[name]);
  const region =
    location.region ??
    set("AWS_REGION") ??
    set("AWS_DEFAULT_REGION") ??
    (endpoint === undefined ? undefined : "us-east-1");
  const profile = location.profile ?? set("AWS_PROFILE");
  const [id, secret, session] = [
    set("AWS_ACCESS_KEY_ID"),
    set("AWS_SECRET_ACCESS_KEY"),
    set("AWS_SESSION_TOKEN"),
  ];
  const named = location.profile === undefined && id !== undefined && secret !== undefined;
  const client = new api.S3Client({
    forcePathStyle,
    maxAttempts: 3,
    requestHandler: { connectionTimeout, requestTimeout },
    // Other S3 APIs than Amazon's refuse checksums that they do not know.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(named
      ? {
          credentials: {
            accessKeyId: id,
            secretAccessKey: secret,
            ...(session === undefined ? {} : { sessionToken: session }),
          },
        }
      : {}),
  });
  return { api, client };
}
