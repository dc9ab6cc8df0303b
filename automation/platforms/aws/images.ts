import { BatchDeleteImageCommand, DescribeImagesCommand, ECRClient } from "@aws-sdk/client-ecr";
import type { ImageDetail } from "@aws-sdk/client-ecr";

import { keptReleases } from "../../images/prunable";
import type { PrunedImage, ReleaseImage } from "../../results";
import type { ImagesAdapter, PlatformEnv, PruneSubject } from "../types";
import { clientSettings, using } from "../../../components/aws/dynamic/clients";
import { isNamed } from "../../../components/aws/dynamic/failures";
import { awsFailure } from "./failure";
import { imagesInUse } from "./inUse";
import { keepRegistered } from "./registrations";
import { owned, textOf } from "./resources";
import { taskPins } from "./taskPins";

/** An image that no release ran stays so long: somebody may be about to deploy it. */
const youngMs = 24 * 3_600_000;

/** Images in the stack's repositories of ECR. ECS pulls them itself: what ECR has not got cannot run. */
export const images = {
  async missing({ env }, wanted) {
    const found = await Promise.all(
      Object.entries(wanted).map(async ([service, image]) =>
        (await isThere(env, image)) ? [] : [service],
      ),
    );
    return found.flat();
  },

  taskPins: ({ env }, deployed, wanted) => taskPins(env, deployed, wanted),

  // ECR removes nothing that it is not told to. What is let go are task definitions.
  keep: keepRegistered,

  async prunable({ env, context }, subject) {
    const repositories = owned(subject.state, "aws:ecr/repository:Repository");
    const kept = new Set([...wantedDigests(subject), ...(await imagesInUse(env, subject))]);
    const lists = await Promise.all(
      repositories.map(async (repository) => {
        const url = textOf(repository, "repositoryUrl") ?? "";
        const place = placeOf(`${url}@`);
        if (place === undefined) return [];
        const all = await listed(env, place);
        return prunableOf(url, all, { kept, ran: ranBy(subject), now: context.clock.now() });
      }),
    );
    return lists.flat();
  },

  async remove({ env }, { repository = "", digest }) {
    const place = placeOf(`${repository}@${digest}`);
    if (place === undefined) return `${repository} is no repository of ECR`;
    const { registryId, repositoryName } = place;
    try {
      const { failures = [] } = await using(client(env, place), (ecr) =>
        ecr.send(
          new BatchDeleteImageCommand({
            ...{ registryId, repositoryName },
            imageIds: [{ imageDigest: digest }],
          }),
        ),
      );
      const [refused] = failures.filter(({ failureCode }) => failureCode !== "ImageNotFound");
      return refused && (refused.failureReason ?? refused.failureCode ?? "ECR gives no reason");
    } catch (error) {
      throw awsFailure(error, `removing image ${digest} from ${repository}`);
    }
  },
} satisfies ImagesAdapter;

interface Place {
  registryId: string;
  region: string;
  repositoryName: string;
  digest: string;
}

/** Where ECR has an image; undefined for a reference to another registry. */
function placeOf(reference: string): Place | undefined {
  const [, registryId, region, repositoryName, digest] =
    /^(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com(?:\.cn)?\/([^@]+)@(.*)$/.exec(reference) ?? [];
  return registryId && region && repositoryName !== undefined && digest !== undefined
    ? { registryId, region, repositoryName: repositoryName.replace(/:[\w.-]+$/, ""), digest }
    : undefined;
}

function client(env: PlatformEnv, { region }: Place): ECRClient {
  return new ECRClient(clientSettings(env, region));
}

/** Of other registries it is not known, and nothing says that they have lost it. */
async function isThere(
  env: PlatformEnv,
  { image, repoDigest }: Pick<ReleaseImage, "image" | "repoDigest">,
): Promise<boolean> {
  const place = placeOf(repoDigest ?? image);
  if (place === undefined) return true;
  const { registryId, repositoryName, digest: imageDigest } = place;
  try {
    await using(client(env, place), (ecr) =>
      ecr.send(
        new DescribeImagesCommand({ registryId, repositoryName, imageIds: [{ imageDigest }] }),
      ),
    );
    return true;
  } catch (error) {
    if (isNamed(error, "ImageNotFoundException", "RepositoryNotFoundException")) return false;
    throw awsFailure(error, `looking for image ${imageDigest} in ${repositoryName}`);
  }
}

async function listed(env: PlatformEnv, place: Place): Promise<ImageDetail[]> {
  const { registryId, repositoryName } = place;
  try {
    return await using(client(env, place), async (ecr) => {
      const found: ImageDetail[] = [];
      let nextToken: string | undefined;
      do {
        const request = new DescribeImagesCommand({ registryId, repositoryName, nextToken });
        const page = await ecr.send(request);
        found.push(...(page.imageDetails ?? []));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return found;
    });
  } catch (error) {
    if (isNamed(error, "RepositoryNotFoundException")) return [];
    throw awsFailure(error, `listing the images of ${repositoryName}`);
  }
}

interface Facts {
  kept: ReadonlySet<string>;
  ran: ReadonlyMap<string, number[]>;
  now: number;
}

function prunableOf(
  repository: string,
  all: readonly ImageDetail[],
  { kept, ran, now }: Facts,
): PrunedImage[] {
  return all.flatMap((image) => {
    const { imageDigest: digest = "", imageTags: tags = [], imageSizeInBytes: size = 0 } = image;
    const releases = ran.get(digest) ?? [];
    const isYoung = now - (image.imagePushedAt?.getTime() ?? now) < youngMs;
    if (kept.has(digest) || (releases.length === 0 && isYoung)) return [];
    return [{ digest, tags, size, releases, repository }];
  });
}

/** By digest the releases that ran it. */
function ranBy({ releases }: PruneSubject): Map<string, number[]> {
  const ran = new Map<string, number[]>();
  for (const { number, images: own } of releases)
    for (const digest of Object.values(own).flatMap(digestsOf))
      ran.set(digest, [...(ran.get(digest) ?? []).filter((each) => each !== number), number]);
  return ran;
}

/** What kept releases and the stack's outputs need. */
function wantedDigests({ releases, keep, intended }: PruneSubject): string[] {
  const own = keptReleases(releases, keep).flatMap(({ images: each }) => Object.values(each));
  return [...own, ...Object.values(intended.services ?? {})].flatMap(digestsOf);
}

function digestsOf({
  digest,
  repoDigest,
}: Pick<ReleaseImage, "digest"> & { repoDigest?: string | undefined }): string[] {
  const named = repoDigest?.split("@")[1];
  return named === undefined ? [digest] : [digest, named];
}
