import type { CallContext, PropertyMap, ResourceHandler } from "../../host";
import { flag, text } from "../bridge/read";
import type { Daemon } from "../client/daemon";
import { ensureImage, localImage } from "../images/ensure";
import type { LocalImage } from "../images/ensure";
import { digestFor } from "../images/reference";
import { remoteImage, tag } from "../schema/small";
import { bridged } from "./bridged";
import type { Found } from "./bridged";

export function remoteImageResource(daemon: () => Daemon): ResourceHandler {
  const obtain = async (context: CallContext, inputs: PropertyMap): Promise<Found> => {
    const name = text(inputs, "name") ?? "";
    const image = await ensureImage(daemon(), context, name, text(inputs, "platform"));
    return found(name, image, inputs);
  };
  return bridged(remoteImage, {
    create: obtain,
    async read(_context, id, recorded) {
      const name = text(recorded, "name") ?? id.replace(/^sha256:[0-9a-f]{64}/, "");
      const image = await localImage(daemon(), name);
      return image && found(name, image, recorded);
    },
    async update(context, _id, _old, next) {
      return (await obtain(context, next)).values;
    },
    async remove(_context, _id, state) {
      if (flag(state, "keepLocally")) return;
      const name = text(state, "name") ?? "";
      await daemon().find(`remove the image ${name}`, (docker) =>
        docker.getImage(name).remove({ force: flag(state, "forceRemove") }),
      );
    },
  });
}

/** The id is the official provider's: the image's with the name behind it. */
function found(name: string, image: LocalImage, recorded: PropertyMap): Found {
  return {
    id: image.id + name,
    values: {
      ...recorded,
      name,
      imageId: image.id,
      repoDigest: digestFor(name, image.repoDigests),
    },
  };
}

export function tagResource(daemon: () => Daemon): ResourceHandler {
  return bridged(tag, {
    async create(_context, inputs) {
      const source = text(inputs, "sourceImage") ?? "";
      const target = text(inputs, "targetImage") ?? "";
      const { repo, tag: name } = splitTag(target);
      const image = await daemon().ask(`tag ${source} as ${target}`, async (docker) => {
        await docker.getImage(source).tag({ repo, tag: name });
        return docker.getImage(source).inspect();
      });
      return { id: `${source}.${target}`, values: { ...inputs, sourceImageId: image.Id } };
    },
    // Like the official provider's, a tag is made once and then taken as it is.
    read: (_context, id, recorded) => Promise.resolve(readTag(id, recorded)),
    remove: () => Promise.resolve(),
  });
}

function readTag(id: string, recorded: PropertyMap): Found | undefined {
  return Object.keys(recorded).length === 0 ? undefined : { id, values: recorded };
}

function splitTag(reference: string): { repo: string; tag: string } {
  const colon = reference.indexOf(":", reference.lastIndexOf("/") + 1);
  if (colon < 0) return { repo: reference, tag: "latest" };
  return { repo: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}
