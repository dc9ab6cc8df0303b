import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import * as path from "node:path";
import type { DeliveredFile } from "../artefact";
import type { AwsContext } from "./context";
import { repositoriesOf, resolveImage } from "./image";
import { PerKey } from "./perEnvironment";
import type { Grant } from "./roles";
import { tagsOf } from "./tags";
import { awsCli } from "./toolImage";

/** What delivers files into a service's container. */
export interface Delivery {
  /** Names of the task's volumes. */
  readonly volumes: readonly string[];
  /** Where the container has them. */
  readonly mounts: readonly Mount[];
  /** Containers that must have ended well before the service's own starts. */
  readonly loaders: readonly Loader[];
  /** The container that the service's own waits for. */
  readonly waitFor: string | undefined;
  readonly grants: readonly Grant[];
  /** ECR repositories of the loaders' own images. */
  readonly repositoryArns: readonly pulumi.Output<string>[];
}

export interface Mount {
  readonly sourceVolume: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
}

export interface Loader {
  readonly name: string;
  /** undefined: the service's own. */
  readonly image: pulumi.Output<string> | undefined;
  readonly entryPoint: readonly string[];
  readonly environment: readonly { name: string; value: pulumi.Input<string> }[];
  readonly mounts: readonly Mount[];
  readonly after: string | undefined;
}

const NOTHING: Delivery = {
  ...{ volumes: [], mounts: [], loaders: [] },
  ...{ waitFor: undefined, grants: [], repositoryArns: [] },
};

const objects = new PerKey<s3.BucketObjectv2>();

/**
 * Files on Fargate: each folder that gets one is a volume. It is filled first with what the image has there, by the image's own
 * `sh`, then with the files, whose SHA-256 is checked; after that it is mounted read-only.
 */
export function delivery(
  context: AwsContext,
  service: string,
  files: readonly DeliveredFile[],
): Delivery {
  if (files.length === 0) return NOTHING;
  const bucket = context.artefacts();
  const cli = resolveImage(context, awsCli(context));
  const folders = [...new Set(files.map((file) => path.posix.dirname(file.path)))].sort();
  const volumeOf = (folder: string) => `${service}-files-${folders.indexOf(folder)}`;
  const inside = (folder: string) => `/landfall/${folders.indexOf(folder)}`;
  const stored = files.map((file) => ({ file, object: uploaded(context, bucket, file) }));
  const writable = folders.map((folder) => ({
    sourceVolume: volumeOf(folder),
    containerPath: inside(folder),
    readOnly: false,
  }));
  const copy = stored.map(({ file }) => {
    const target = `${inside(path.posix.dirname(file.path))}/${path.posix.basename(file.path)}`;
    const quoted = quote(target);
    return `aws s3 cp --only-show-errors "s3://$BUCKET/${file.sha256}" ${quoted} && echo ${quote(`${file.sha256}  ${target}`)} | sha256sum -c - && chmod 0444 ${quoted}`;
  });
  const keep = folders.map(
    (folder) =>
      `if [ -d ${quote(folder)} ]; then cp -a ${quote(`${folder}/.`)} ${inside(folder)}/; fi`,
  );
  return {
    volumes: folders.map(volumeOf),
    mounts: folders.map((folder) => ({
      sourceVolume: volumeOf(folder),
      containerPath: folder,
      readOnly: true,
    })),
    loaders: [
      loader("image-files", undefined, ["set -e", ...keep], [], writable, undefined),
      loader(
        "files",
        cli.uri,
        ["set -e", ...copy],
        [{ name: "BUCKET", value: bucket.bucket }],
        writable,
        "image-files",
      ),
    ],
    waitFor: "files",
    repositoryArns: repositoriesOf(cli),
    grants: [
      {
        sid: "ReadFiles",
        actions: ["s3:GetObject"],
        resources: stored.map(({ object }) => pulumi.interpolate`${bucket.arn}/${object.key}`),
      },
      {
        sid: "DecryptFiles",
        actions: ["kms:Decrypt"],
        resources: [context.key.arn],
        condition: {
          StringEquals: {
            "kms:ViaService": `s3.${context.region}.amazonaws.com`,
          },
        },
      },
    ],
  };
}

function loader(
  name: string,
  image: pulumi.Output<string> | undefined,
  script: readonly string[],
  environment: Loader["environment"],
  mounts: readonly Mount[],
  after: string | undefined,
): Loader {
  const entryPoint = ["sh", "-c", script.join("\n")];
  return { name, image, entryPoint, environment, mounts, after };
}

/** By content: services with the same file share one object, and another content is another object. */
function uploaded(context: AwsContext, bucket: s3.Bucket, file: DeliveredFile): s3.BucketObjectv2 {
  return objects.of(
    context,
    file.sha256,
    () =>
      new s3.BucketObjectv2(
        `file-${file.sha256.slice(0, 12)}`,
        {
          bucket: bucket.bucket,
          key: file.sha256,
          ...(file.source === undefined
            ? { content: file.content ?? "" }
            : { source: new pulumi.asset.FileAsset(file.source) }),
          sourceHash: file.sha256,
          tags: tagsOf(context),
        },
        { parent: context.environment },
      ),
  );
}

/** For `sh`: paths of files may have spaces. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
