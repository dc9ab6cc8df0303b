import type Docker from "dockerode";

import { OWNER_LABEL, PIN_LABELS } from "../../../components/docker/dynamic/ownerLabel";
import { physicalName } from "../../../components/naming";
import type { ReleaseRecord } from "../../release";
import type { Deployed, PlatformSession } from "../types";
import { belongsTo, dockerClient, dockerError, isNotFound, ownerOf } from "./client";

/**
 * Docker lets go of every image that no container uses, whatever its names: `docker image prune -a` would take what a
 * rollback needs. So each image of a kept release has a container that is never started: it costs a few kilobytes.
 */

/** A stack, and the deployment of it that pins are of. */
export interface PinOwner {
  project: string;
  stack: string;
  owner: string;
}

interface Pin {
  container: string;
  image: string;
}

/** Nobody starts it; one who did would be told what it is. */
const COMMAND = ["/this-container-only-keeps-an-image-for-landfall"];

/** Pins the images of these releases, and lets all others of the deployment go. */
export async function keep(
  { env, project, shortStack }: PlatformSession,
  { state }: Deployed,
  releases: readonly Pick<ReleaseRecord, "images">[],
): Promise<void> {
  const of = { project: project.name, stack: shortStack, owner: ownerOf(state) };
  await syncPins(dockerClient(env), of, imagesOf(releases));
}

/** Ids of the images that releases ran. */
function imagesOf(releases: readonly Pick<ReleaseRecord, "images">[]): ReadonlySet<string> {
  return new Set(
    releases.flatMap(({ images }) => Object.values(images).map(({ digest }) => digest)),
  );
}

/** Makes the pins that lack, of the images that are there, and removes those of any other image. */
async function syncPins(docker: Docker, of: PinOwner, wanted: ReadonlySet<string>): Promise<void> {
  const pins = await pinsOf(docker, of);
  for (const { container, image } of pins)
    if (!wanted.has(image)) await removePin(docker, container);
  const pinned = new Set(pins.map(({ image }) => image));
  for (const image of wanted) if (!pinned.has(image)) await pin(docker, of, image);
}

/** The containers that keep images for a deployment. */
export async function pinsOf(docker: Docker, { project, stack, owner }: PinOwner): Promise<Pin[]> {
  const label = [`${PIN_LABELS.project}=${project}`, `${PIN_LABELS.stack}=${stack}`];
  const found = await docker
    .listContainers({ all: true, filters: { label } })
    .catch((error: unknown) => {
      throw dockerError(error, "listing what keeps images");
    });
  return found
    .filter(({ Labels: own }) => belongsTo(owner, own))
    .map(({ Id: container, Labels: own }) => ({ container, image: own[PIN_LABELS.image] ?? "" }));
}

async function pin(docker: Docker, of: PinOwner, image: string): Promise<void> {
  try {
    const { Config: config } = await docker.getImage(image).inspect();
    await docker.createContainer({
      name: nameOf(of, image),
      Image: image,
      Entrypoint: COMMAND,
      NetworkDisabled: true,
      Labels: {
        [PIN_LABELS.project]: of.project,
        [PIN_LABELS.stack]: of.stack,
        [PIN_LABELS.image]: image,
        [OWNER_LABEL]: of.owner,
      },
      HostConfig: {
        NetworkMode: "none",
        // Else Docker would make a volume for each of these folders.
        Tmpfs: Object.fromEntries(foldersOf(config).map((folder) => [folder, ""])),
      },
    });
  } catch (error) {
    // An image that is gone cannot be kept; another command may have been quicker.
    if (isNotFound(error) || isConflict(error)) return;
    throw dockerError(error, `keeping image ${image}`);
  }
}

async function removePin(docker: Docker, container: string): Promise<void> {
  try {
    await docker.getContainer(container).remove({ force: true, v: true });
  } catch (error) {
    // Gone, or on its way.
    if (!isNotFound(error) && !isConflict(error)) throw dockerError(error, "letting an image go");
  }
}

/** The folders that an image wants volumes for; the daemon says null where there are none. */
function foldersOf({ Volumes: volumes }: { Volumes?: object | null }): string[] {
  return Object.keys(volumes ?? {});
}

function nameOf({ project, stack, owner }: PinOwner, image: string): string {
  return physicalName("landfall-keep", project, stack, owner.slice(0, 6), shortId(image));
}

function shortId(image: string): string {
  return image.replace(/^sha256:/, "").slice(0, 12);
}

function isConflict(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 409;
}
