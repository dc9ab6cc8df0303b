import { isPropertyMap } from "../../host";
import type { PropertyMap } from "../../host";
import { text, textMap } from "../bridge/read";

/** What an image is built from, and where it goes. */
export interface ImageInputs {
  readonly name: string;
  readonly context: string;
  /** From the program's folder, not from the context's. */
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly platform?: string;
  readonly network?: string;
  readonly addHosts: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly push: boolean;
  readonly registry: {
    readonly server?: string;
    readonly username?: string;
    readonly password?: string;
  };
}

export function imageInputs(inputs: PropertyMap): ImageInputs {
  const build = isPropertyMap(inputs.build) ? inputs.build : {};
  const cache = isPropertyMap(build.cacheFrom) ? build.cacheFrom : {};
  const registry = isPropertyMap(inputs.registry) ? inputs.registry : {};
  const context = text(build, "context") ?? ".";
  return {
    name: text(inputs, "imageName") ?? "",
    context,
    dockerfile: text(build, "dockerfile") ?? defaultDockerfile(context),
    args: textMap(build, "args") ?? {},
    target: text(build, "target"),
    platform: text(build, "platform"),
    network: text(build, "network"),
    addHosts: textsOf(build.addHosts),
    cacheFrom: textsOf(cache.images),
    push: inputs.skipPush !== true,
    registry: {
      server: text(registry, "server"),
      username: text(registry, "username"),
      password: text(registry, "password"),
    },
  };
}

/** The context's own, with the path in its shortest form. */
export function defaultDockerfile(context: string): string {
  const folder = context.replace(/^(\.\/)+/, "").replace(/\/+$/, "");
  return folder === "" || folder === "." ? "Dockerfile" : `${folder}/Dockerfile`;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
