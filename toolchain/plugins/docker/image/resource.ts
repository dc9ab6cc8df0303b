import { Secret, containsUnknown, isPropertyMap } from "../../host";
import type {
  CallContext,
  DiffResult,
  PropertyDiff,
  PropertyMap,
  ResourceHandler,
} from "../../host";
import { isDeepStrictEqual } from "node:util";
import type { Daemon } from "../client/daemon";
import { localImage } from "../images/ensure";
import { buildImage } from "./build";
import { checkImage } from "./check";
import { imageInputs } from "./inputs";

const inputsKey = "__inputs";

/** Unlike the other resources, an image is the official plugin's own, and no bridged one. */
export function imageResource(
  daemon: () => Daemon,
  directory: string,
  redact: (text: string) => string,
): ResourceHandler {
  const make = async (
    context: CallContext,
    news: PropertyMap,
    preview: boolean,
  ): Promise<PropertyMap> => {
    const image = imageInputs(news);
    const work = { directory, push: image.push && !preview, redact };
    const built = await buildImage(daemon(), context, image, work);
    return {
      [inputsKey]: new Secret(news),
      baseImageName: image.name,
      context: image.context,
      dockerfile: built.dockerfile,
      imageName: image.name,
      ...(image.platform === undefined ? {} : { platform: image.platform }),
      registryServer: image.registry.server ?? "",
      repoDigest: built.repoDigest,
    };
  };
  return {
    check: ({ news }) => checkImage(news, directory),
    diff: ({ oldState, news }) => diffImage(oldState, news),
    async create({ news, preview, ...context }) {
      if (preview && !canBuild(context, news)) return { id: "", state: news };
      return { id: imageInputs(news).name, state: await make(context, news, preview) };
    },
    async update({ news, preview, ...context }) {
      if (preview && !canBuild(context, news)) return { state: news };
      return { state: await make(context, news, preview) };
    },
    async read({ id, state, inputs }) {
      if (Object.keys(state).length > 0) return { id, state, inputs };
      const found = await localImage(daemon(), id);
      return found && { id, inputs: { imageName: id }, state: importedState(id, found.id) };
    },
    // What else runs the image is not known here; the official plugin keeps it too.
    delete: () => undefined,
  };
}

function importedState(name: string, id: string): PropertyMap {
  return {
    [inputsKey]: new Secret({ imageName: name }),
    baseImageName: name,
    context: ".",
    dockerfile: "Dockerfile",
    imageName: name,
    registryServer: "",
    repoDigest: id,
  };
}

/** Compares the recorded inputs, by top-level property. Credentials change often, and build nothing new. */
export function diffImage(oldState: PropertyMap, news: PropertyMap): DiffResult {
  const recorded = oldState[inputsKey];
  const olds = isPropertyMap(recorded) ? recorded : {};
  const detailedDiff: Record<string, PropertyDiff> = {};
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    const [old, next] = [olds[key] ?? null, news[key] ?? null];
    if (isDeepStrictEqual(old, next)) continue;
    if (key === "registry" && isPropertyMap(old) && isPropertyMap(next))
      if (old.server === undefined || next.server === undefined || old.server === next.server)
        continue;
    detailedDiff[key] = { kind: old === null ? "add" : next === null ? "delete" : "update" };
  }
  return Object.keys(detailedDiff).length === 0
    ? { changes: "none" }
    : { changes: "some", detailedDiff };
}

/** Whether a preview should build, and has all that a build needs. */
function canBuild(context: CallContext, news: PropertyMap): boolean {
  if (news.buildOnPreview !== true) return false;
  const build = isPropertyMap(news.build) ? news.build : {};
  const needed = [news.build, build.dockerfile, build.context, build.args, news.imageName];
  if (!needed.some((value) => containsUnknown(value))) return true;
  context.log.warning(
    "not built in this preview: the image's name, context, dockerfile or args are only known during the update",
  );
  return false;
}
