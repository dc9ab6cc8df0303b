import * as fs from "node:fs";
import * as path from "node:path";
import type { Problems } from "./errors";
import type { ImagePin } from "./sdkConfig";

/** An image that exists already. */
export interface ImageReference {
  /**
   * The image: `name@sha256:…` or `sha256:…` (pinned), or `name:tag`, which is resolved to an image id when
   * it is deployed and kept until the reference changes.
   */
  readonly ref: string;
}

/** An image that is built from source. */
export interface ImageBuild {
  readonly build: {
    /** Folder that is sent to the builder, less what its `.dockerignore` names; relative to the program. */
    readonly context: string;
    /** @default `<context>/Dockerfile` */
    readonly dockerfile?: string;
    /** Build arguments. They stay readable in the image: no secrets. */
    readonly args?: Readonly<Record<string, string>>;
    /** Stage of a multi-stage Dockerfile. @default the last one */
    readonly target?: string;
  };
}

/**
 * The image of a service. A stack's config overrides it: `images.<name>` pins what a release runs.
 */
export type ImageArgs = (ImageReference | ImageBuild) & {
  /** Under which name config pins it; share one name between components that run the same image. @default the component's name */
  readonly name?: string;
};

/** An image whose arguments are checked and whose pin, if any, is applied. */
export type ImageSpec =
  | ({ readonly kind: "pinned"; readonly name: string } & ImagePin)
  | { readonly kind: "reference"; readonly name: string; readonly ref: string }
  | {
      readonly kind: "build";
      readonly name: string;
      readonly context: string;
      readonly dockerfile: string;
      readonly args: Readonly<Record<string, string>>;
      readonly target: string | undefined;
    };

/** What overrides a component's own image, by image name; an environment has both. */
export interface ImagePins {
  readonly imagePins: Readonly<Record<string, string>>;
  readonly releasePins: Readonly<Record<string, ImagePin>>;
}

// Docker's own grammar: host and port, path, tag, digest; or a bare image id.
const REFERENCE =
  /^(?:sha256:[0-9a-f]{64}|(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?)$/;

/** Whether a text can name an image. */
export function isImageReference(text: string): boolean {
  return REFERENCE.test(text);
}

/**
 * Checks an image, applies the pin and notes every mistake.
 * @param pins The environment, which knows what config and releases say.
 */
export function normalizeImage(
  args: ImageArgs,
  component: string,
  pins: ImagePins,
  problems: Problems,
  at = "image",
): ImageSpec {
  const name = args.name ?? component;
  const release = pins.releasePins[name];
  if (release !== undefined) return { kind: "pinned", name, ...release };
  const pin = pins.imagePins[name];
  if (pin !== undefined) {
    problems.require(isImageReference(pin), `images.${name}`, REFERENCE_RULE, pin);
    return { kind: "reference", name, ref: pin };
  }
  if ("ref" in args) {
    problems.require(
      typeof args.ref === "string" && isImageReference(args.ref),
      `${at}.ref`,
      REFERENCE_RULE,
      args.ref,
    );
    return { kind: "reference", name, ref: args.ref };
  }
  return { kind: "build", name, ...checkedBuild(args.build, problems, `${at}.build`) };
}

const REFERENCE_RULE =
  'must be an image reference, such as "registry.example/api@sha256:…" or "postgres:15"';

function checkedBuild(build: ImageBuild["build"], problems: Problems, at: string) {
  const { context, target } = build;
  const dockerfile = build.dockerfile ?? path.posix.join(context, "Dockerfile");
  if (
    problems.require(isDirectory(context), `${at}.context`, "must be a folder that exists", context)
  )
    problems.require(
      isFile(dockerfile),
      `${at}.dockerfile`,
      "must be a file that exists",
      dockerfile,
    );
  return { context, dockerfile, args: build.args ?? {}, target };
}

function isDirectory(folder: string): boolean {
  return fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
