import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { buildHashes, buildStatus } from "../buildContext";
import type { RegistryArgs } from "../environment";
import type { ImageSpec } from "../image";
import { digestOf, stableJson } from "../naming";
import type { BuildStatus } from "../platform";
import type { Transform } from "../transform";
import { transformed } from "../transform";
import type { DockerContext } from "./context";
import { stackName } from "./context";

/** An image that containers can be made of. */
export interface ResolvedImage {
  /** What was asked for: known before anything runs, and part of the revision's key. */
  readonly reference: string;
  /** Image id that the containers run. */
  readonly id: pulumi.Output<string>;
  /** `name@sha256:…` by which a registry has it; an empty text where none is known to. */
  readonly repoDigest: pulumi.Output<string>;
  /** How it is built, where it is, and where nothing but the arguments says so. */
  readonly build?: BuildStatus;
}

const IMAGE_ID = /^sha256:[0-9a-f]{64}$/;

/** Resolves or builds an image, once for all components that use it. */
export function resolveImage(
  context: DockerContext,
  spec: ImageSpec,
  transform?: Transform<docker.ImageArgs>,
): ResolvedImage {
  const key = stableJson(spec);
  const known = context.images.get(key);
  if (known !== undefined && transform === undefined) return known;
  const image = resolved(context, spec, transform);
  context.images.set(key, image);
  return image;
}

function resolved(
  context: DockerContext,
  spec: ImageSpec,
  transform: Transform<docker.ImageArgs> | undefined,
): ResolvedImage {
  switch (spec.kind) {
    case "pinned":
      return {
        reference: spec.reference,
        id: pulumi.output(spec.id),
        repoDigest: pulumi.output(spec.repoDigest ?? ""),
      };
    case "build":
      return built(context, spec, transform);
    case "reference":
      return referenced(context, spec.name, spec.ref);
  }
}

function built(
  context: DockerContext,
  spec: Extract<ImageSpec, { kind: "build" }>,
  transform: Transform<docker.ImageArgs> | undefined,
): ResolvedImage {
  const hashes = buildHashes(spec);
  const { registry } = context;
  const name = `${stackName(context)}/${spec.name}:${hashes.build}`;
  const reference = registry === undefined ? name : `${registry.address}/${name}`;
  const args: docker.ImageArgs = {
    imageName: reference,
    ...(registry === undefined ? { skipPush: true } : { registry: loginTo(registry) }),
    build: {
      context: spec.context,
      dockerfile: spec.dockerfile,
      ...(Object.keys(spec.args).length > 0 ? { args: spec.args } : {}),
      ...(spec.target === undefined ? {} : { target: spec.target }),
    },
  };
  const image = new docker.Image(`${spec.name}-image`, transformed(args, transform), {
    parent: context.environment,
    dependsOn: [context.ports],
  });
  const resolved = { reference, ...identified(context, spec.name, image) };
  if (transform !== undefined) return resolved;
  return { ...resolved, build: buildStatus(spec, hashes.context) };
}

/** What was built but not pushed has no registry digest: the provider then answers the image's id. */
function identified(
  context: DockerContext,
  name: string,
  image: docker.Image,
): Pick<ResolvedImage, "id" | "repoDigest"> {
  if (context.registry === undefined)
    return { id: image.repoDigest, repoDigest: pulumi.output("") };
  const pushed = new docker.RemoteImage(
    `${name}-image-pushed`,
    { name: image.repoDigest, keepLocally: true },
    { parent: context.environment, dependsOn: [image] },
  );
  return { id: pushed.imageId, repoDigest: image.repoDigest };
}

function loginTo({ address, username, password }: RegistryArgs): docker.ImageArgs["registry"] {
  return {
    server: address.split("/")[0] ?? address,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: pulumi.secret(password) }),
  };
}

function referenced(context: DockerContext, name: string, ref: string): ResolvedImage {
  if (IMAGE_ID.test(ref))
    return { reference: ref, id: pulumi.output(ref), repoDigest: pulumi.output("") };
  const image = new docker.RemoteImage(
    // The reference is in the name: another one is another resource, so its old image stays for a rollback.
    `${name}-image-${digestOf(ref, 6)}`,
    { name: ref, keepLocally: true },
    { parent: context.environment, dependsOn: [context.ports] },
  );
  return { reference: ref, id: image.imageId, repoDigest: image.repoDigest };
}
