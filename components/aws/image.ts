import * as ecr from "@pulumi/aws/ecr";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { buildHashes, buildStatus } from "../buildContext";
import type { Problems } from "../errors";
import type { ImageSpec } from "../image";
import { stableJson } from "../naming";
import type { BuildStatus } from "../status";
import type { Transform } from "../transform";
import { transformed } from "../transform";
import type { AwsContext } from "./context";
import { stackName } from "./context";
import { PerKey } from "./perEnvironment";
import { repository } from "./repository";

/** An image that tasks can be made of. */
export interface ResolvedImage {
  /** What was asked for: known before anything runs, and part of the revision's key. */
  readonly reference: string;
  /** What task definitions name. */
  readonly uri: pulumi.Output<string>;
  /** `sha256:…` of what `uri` names; an empty text where the reference does not say. */
  readonly digest: pulumi.Output<string>;
  /** `name@sha256:…`; an empty text where the reference does not say. */
  readonly repoDigest: pulumi.Output<string>;
  /** How it is built, where it is, and where nothing but the arguments says so. */
  readonly build?: BuildStatus;
  /** The ECR repository that it is pulled from; undefined where it comes from another registry. */
  readonly repositoryArn: pulumi.Output<string> | undefined;
}

/** What Fargate runs tasks on here. */
export const PLATFORM = { docker: "linux/amd64", cpuArchitecture: "X86_64" } as const;

const images = new PerKey<ResolvedImage>();

/** Notes a mistake where tasks cannot be made of an image. */
export function checkImage(spec: ImageSpec, problems: Problems): void {
  if (spec.kind === "pinned") {
    const rule = `the release's image ${spec.id} is in no registry: AWS can run only what one has`;
    problems.require(spec.repoDigest !== undefined, `images.${spec.name}`, rule);
  } else if (spec.kind === "reference") {
    const rule = "must name a registry's image: an image id is known to one machine alone";
    problems.require(!spec.ref.startsWith("sha256:"), "image.ref", rule, spec.ref);
  }
}

/** Resolves or builds and pushes an image, once for all components that use it. */
export function resolveImage(
  context: AwsContext,
  spec: ImageSpec,
  transform?: Transform<docker.ImageArgs>,
): ResolvedImage {
  const key = transform === undefined ? stableJson(spec) : `${spec.name} with a transform`;
  return images.of(context, key, () => {
    if (spec.kind === "build") return built(context, spec, transform);
    if (spec.kind === "reference") return referenced(spec.ref, spec.ref);
    return referenced(spec.reference, spec.repoDigest ?? spec.reference);
  });
}

/** ECR repositories that an execution role has to reach for an image. */
export function repositoriesOf({
  repositoryArn,
}: Pick<ResolvedImage, "repositoryArn">): readonly pulumi.Output<string>[] {
  return repositoryArn === undefined ? [] : [repositoryArn];
}

const ECR = /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com\/(?<name>[^:@]+)/;

function referenced(reference: string, uri: string): ResolvedImage {
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(uri)?.[1] ?? "";
  const { account, region, name } = ECR.exec(uri)?.groups ?? {};
  return {
    reference,
    uri: pulumi.output(uri),
    digest: pulumi.output(digest),
    repoDigest: pulumi.output(digest === "" ? "" : uri),
    repositoryArn:
      account === undefined || region === undefined || name === undefined
        ? undefined
        : pulumi.output(`arn:aws:ecr:${region}:${account}:repository/${name}`),
  };
}

function built(
  context: AwsContext,
  spec: Extract<ImageSpec, { kind: "build" }>,
  transform: Transform<docker.ImageArgs> | undefined,
): ResolvedImage {
  const hashes = buildHashes(spec);
  const target = repository(context, spec.name);
  const opts = { parent: context.environment, dependsOn: [context.admission] };
  // Tags never move. Sources that come back (a revert) are built again, and what was built then has their tag.
  const unique = new random.RandomId(
    `${spec.name}-build`,
    { byteLength: 4, keepers: { hash: hashes.build } },
    opts,
  );
  const token = ecr.getAuthorizationTokenOutput({ registryId: target.registryId }, opts);
  const args: docker.ImageArgs = {
    imageName: pulumi.interpolate`${target.repositoryUrl}:${hashes.build}-${unique.hex}`,
    build: {
      context: spec.context,
      dockerfile: spec.dockerfile,
      platform: PLATFORM.docker,
      ...(Object.keys(spec.args).length > 0 ? { args: spec.args } : {}),
      ...(spec.target === undefined ? {} : { target: spec.target }),
    },
    registry: {
      server: target.repositoryUrl.apply((url) => url.split("/")[0] ?? url),
      username: token.userName,
      password: pulumi.secret(token.password),
    },
  };
  const image = new docker.Image(`${spec.name}-image`, transformed(args, transform), opts);
  const resolved: ResolvedImage = {
    // Without the address: it is known before anything runs.
    reference: `${stackName(context)}/${spec.name}:${hashes.build}`,
    uri: image.repoDigest,
    digest: image.repoDigest.apply((uri) => uri.split("@")[1] ?? ""),
    repoDigest: image.repoDigest,
    repositoryArn: target.arn,
  };
  if (transform !== undefined) return resolved;
  return { ...resolved, build: buildStatus(spec, hashes.context) };
}
