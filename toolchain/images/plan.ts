import { readAptSources } from "./hostApt";
import { hostCertificates, type Certificate } from "./caBundle";
import { imageFolder, labels, rootImage, suite, type BaseImageName } from "./catalog";
import { contentHash, readContext, type ContextFile } from "./content";
import { chooseMirrors, renderSources, type DebianMirror } from "./debianMirror";
import { npmRelease } from "./npm";

/** What Debian's root folder is made from. */
export interface RootfsPlan {
  folder: string;
  architecture: string;
  mirrors: DebianMirror[];
  certificates: Certificate[];
  notes: string[];
  content: string;
  /** The name that the other images are built from; it says what is in it, so nobody else's image has it. */
  reference: string;
}

/** What one of the other images is built from. */
export interface LeafPlan {
  name: BaseImageName;
  files: ContextFile[];
  content: string;
}

/** Plans Debian's root folder from the host's mirrors and certificates. */
export function planRootfs(architecture: string, env: NodeJS.ProcessEnv): RootfsPlan {
  const { mirrors, notes } = chooseMirrors(readAptSources(), { suite, architecture });
  const certificates = hostCertificates(env);
  const folder = imageFolder(rootImage);
  const content = contentHash(
    [
      suite,
      architecture,
      ...certificates.map(({ fingerprint }) => fingerprint),
      ...mirrors.map((mirror) => `${mirror.uri}\n${renderSources(mirror)}`),
    ],
    readContext(folder),
  );
  const reference = `landfall/debian:${suite}-${content.slice(0, 12)}`;
  return { folder, architecture, mirrors, certificates, notes, content, reference };
}

export function planLeaf(name: BaseImageName, rootfs: RootfsPlan): LeafPlan {
  const files = readContext(imageFolder(name));
  const npm = name === nodeImage ? [npmRelease.integrity] : [];
  return { name, files, content: contentHash([rootfs.content, ...npm], files) };
}

export const nodeImage = "node:18-bookworm-slim" satisfies BaseImageName;

/** The labels of an image that is built here. */
export function labelsOf(name: BaseImageName, content: string): Record<string, string> {
  return { [labels.base]: "debian", [labels.image]: name, [labels.content]: content };
}
