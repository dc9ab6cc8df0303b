import { physicalName } from "../../components/naming";
import { isGood, unsettled } from "../release";
import type { ReleaseRecord } from "../release";
import type { PrunedImage } from "../results";

/** An image as the engine lists it. */
export interface ListedImage {
  id: string;
  tags: string[];
  /** Bytes, layers that it shares with others included. */
  size: number;
}

export interface PruneFacts {
  project: string;
  stack: string;
  /** Address below which the stack's builds are pushed; empty for none. */
  registry: string;
  /** How many good releases keep their images. */
  keep: number;
  releases: readonly ReleaseRecord[];
  /** Image ids that the stack's outputs promise. */
  promised: readonly string[];
  images: readonly ListedImage[];
  /** Image ids of all containers of the engine, stopped ones included, whoever's they are; the stack's own pins aside. */
  inUse: readonly string[];
}

/** How many good releases keep their images where config does not say. */
const defaultKeep = 10;

/** How many good releases keep their images. */
export function keepCount(
  project: string,
  config: Readonly<Record<string, { value?: string }>>,
): number {
  return Number(config[`${project}:keepReleases`]?.value ?? "") || defaultKeep;
}

/** The releases whose images stay: the last good ones, and whatever came since or is not settled. */
export function keptReleases(
  releases: readonly ReleaseRecord[],
  keep: number,
): readonly ReleaseRecord[] {
  const oldest = releases.filter(isGood).slice(-keep)[0]?.number ?? 0;
  return releases.filter(({ number, state }) => number >= oldest || unsettled.includes(state));
}

/**
 * The stack's images that nothing needs: no kept release, no container, and nobody else by a name of his own. An image
 * is the stack's when one of its releases ran it, or when its name says that it was built for it.
 */
export function prunable(facts: PruneFacts): PrunedImage[] {
  const { releases, promised, images, inUse } = facts;
  const ran = new Map<string, Set<number>>();
  for (const { number, images: own } of releases)
    for (const { digest } of Object.values(own))
      ran.set(digest, (ran.get(digest) ?? new Set()).add(number));
  const kept = new Set([
    ...keptReleases(releases, facts.keep).flatMap(({ images: own }) =>
      Object.values(own).map(({ digest }) => digest),
    ),
    ...promised,
    ...inUse,
  ]);
  const isOwn = ownNames(facts);
  return images
    .filter(({ id, tags }) => !kept.has(id) && tags.every(isOwn))
    .filter(({ id, tags }) => ran.has(id) || tags.length > 0)
    .map(({ id, tags, size }) => ({
      digest: id,
      tags,
      size,
      releases: [...(ran.get(id) ?? [])].sort((a, b) => a - b),
    }));
}

function ownNames({ project, stack, registry }: PruneFacts): (tag: string) => boolean {
  const name = `${physicalName(project, stack)}/`;
  const prefixes = [name, ...(registry === "" ? [] : [`${registry}/${name}`])];
  return (tag) => prefixes.some((prefix) => tag.startsWith(prefix));
}
