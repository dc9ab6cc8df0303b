import { statSync } from "node:fs";
import { isAbsolute, join, posix, resolve } from "node:path";
import { Unknown, containsUnknown, isPropertyMap } from "../../host";
import type { CheckFailure, CheckResult, PropertyMap } from "../../host";
import { checkInputs } from "../bridge/check";
import type { Block } from "../bridge/schema";
import { registryOf } from "../client/registryAuth";
import { contextDigest } from "./contextDigest";
import { imageInputs } from "./inputs";

const build: Block = {
  addHosts: { type: "list", of: "string" },
  args: { type: "map" },
  builderVersion: { type: "string" },
  cacheFrom: { type: "list", one: true, of: { images: { type: "list", of: "string" } } },
  context: { type: "string" },
  contextDigest: { type: "string" },
  dockerfile: { type: "string" },
  network: { type: "string" },
  platform: { type: "string" },
  target: { type: "string" },
};

const properties: Block = {
  build: { type: "list", one: true, of: build },
  buildOnPreview: { type: "bool" },
  imageName: { type: "string", required: true },
  registry: {
    type: "list",
    one: true,
    of: { password: { type: "string" }, server: { type: "string" }, username: { type: "string" } },
  },
  skipPush: { type: "bool" },
};

/** Names the Go way, as the official plugin does. */
const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/** Inputs as the official plugin records them: with the build's paths, platform and a digest of what it reads. */
export async function checkImage(news: PropertyMap, directory: string): Promise<CheckResult> {
  const { failures } = checkInputs(properties, news, () => "");
  const wrong = [...failures, ...checkBuilder(news)];
  if (wrong.length > 0) return { inputs: news, failures: wrong };
  const inputs = withoutNulls({ ...news, buildOnPreview: buildsOnPreview(news) });
  const given = isPropertyMap(inputs.build) ? inputs.build : {};
  if (inputs.build instanceof Unknown) return { inputs };
  const { context, dockerfile } = imageInputs(inputs);
  const completed: PropertyMap = { ...given };
  if (!containsUnknown(given.context)) completed.context = context;
  if (!containsUnknown(given.context) && !containsUnknown(given.dockerfile)) {
    const missing = checkDockerfile(context, dockerfile, directory);
    if (missing !== undefined) return { inputs, failures: [missing] };
    // A path is recorded as it was given, and the default one in its shortest form.
    completed.dockerfile = given.dockerfile ?? posix.join(context, "Dockerfile");
    completed.contextDigest = await contextDigest(
      resolve(directory, context),
      resolve(directory, dockerfile),
    );
  }
  completed.platform ??= `linux/${architectures[process.arch] ?? process.arch}`;
  return { inputs: { ...inputs, build: completed }, failures: checkNames(inputs) };
}

function buildsOnPreview(news: PropertyMap): boolean {
  return news.buildOnPreview === true || news.buildOnPreview === "true";
}

function checkBuilder(news: PropertyMap): CheckFailure[] {
  const version = isPropertyMap(news.build) ? news.build.builderVersion : undefined;
  if (version === undefined || version === null || version instanceof Unknown) return [];
  const property = "build.builderVersion";
  if (version === "BuilderV1") return [];
  if (version === "BuilderBuildKit")
    return [
      {
        property,
        reason:
          "BuilderBuildKit is not supported by the embedded docker plugin, which builds with the daemon's own builder: leave it out, or use BuilderV1",
      },
    ];
  return [{ property, reason: "must be BuilderV1 or BuilderBuildKit" }];
}

function checkDockerfile(
  context: string,
  dockerfile: string,
  directory: string,
): CheckFailure | undefined {
  if (!isFolder(resolve(directory, context)))
    return { property: "build.context", reason: `there is no folder ${JSON.stringify(context)}` };
  if (isFile(resolve(directory, dockerfile))) return undefined;
  const inContext = join(context, dockerfile);
  const hint =
    !isAbsolute(dockerfile) && isFile(resolve(directory, inContext))
      ? `; its path starts at the program's folder, not at the context: try ${JSON.stringify(inContext)}`
      : "";
  return {
    property: "build.dockerfile",
    reason: `there is no file ${JSON.stringify(dockerfile)}${hint}`,
  };
}

/** A registry must be named where one is used: nothing is pushed to the public hub by accident. */
function checkNames(inputs: PropertyMap): CheckFailure[] {
  const { name, push, cacheFrom, registry } = imageInputs(inputs);
  if (!push && cacheFrom.length === 0) return [];
  const qualified = (reference: string): boolean =>
    registryOf(reference) !== "docker.io" || reference.startsWith("docker.io/");
  const rule = "must name its registry, such as docker.io/user/app:v1";
  const failures: CheckFailure[] = [];
  if (registry.server === undefined && name !== "" && !qualified(name))
    failures.push({
      property: "imageName",
      reason: `${rule}, because it is pushed (or set skipPush): ${JSON.stringify(name)} does not`,
    });
  return failures;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function withoutNulls(map: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(map)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, isPropertyMap(value) ? withoutNulls(value) : value]),
  );
}
