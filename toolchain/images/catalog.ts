import * as path from "node:path";
import { packageRoot } from "../paths";

/** The images that every Dockerfile and component here may build on, by their official names. */
export const baseImageNames = [
  "debian:bookworm-slim",
  "python:3.11-slim-bookworm",
  "node:18-bookworm-slim",
  "postgres:15-bookworm",
  "redis:7-bookworm",
  "haproxy:2.6-bookworm",
  "nginx:1.22",
] as const;

export type BaseImageName = (typeof baseImageNames)[number];

/** The image that the others are built from. */
export const rootImage = "debian:bookworm-slim" satisfies BaseImageName;

/** Debian's release of all of them. */
export const suite = "bookworm";

/** Labels that tell what was built here, and from what, from what a registry gave. */
export const labels = {
  base: "landfall.base",
  image: "landfall.image",
  content: "landfall.content",
} as const;

/** Folder of an image's Dockerfile and what belongs to it. */
export function imageFolder(name: BaseImageName): string {
  return path.join(packageRoot, "toolchain", "images", name.slice(0, name.indexOf(":")));
}

export function isBaseImageName(name: string): name is BaseImageName {
  return baseImageNames.some((known) => known === name);
}
