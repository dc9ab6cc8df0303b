import { Readable } from "node:stream";
import type Docker from "dockerode";
import { pack } from "tar-stream";
import type { ContextFile } from "./content";
import { followStream } from "./daemon";
import type { ImageLog } from "./imageLog";
import { npmContext } from "./npm";
import { labelsOf, nodeImage, type LeafPlan, type RootfsPlan } from "./plan";

export interface LeafOptions {
  docker: Docker;
  leaf: LeafPlan;
  rootfs: RootfsPlan;
  cache: string;
  proxies: Record<string, string>;
  log: ImageLog;
  signal?: AbortSignal;
}

/** Milliseconds that a build may be silent: the longest quiet step is the unpacking of one package. */
const STALL_MILLISECONDS = 5 * 60_000;

/** Builds an image on Debian's root folder. It gets its name only when all of its steps went well. */
export async function buildLeaf(options: LeafOptions): Promise<void> {
  const { docker, leaf, rootfs, log, signal } = options;
  const npm = leaf.name === nodeImage ? await npmContext(options.cache, signal) : [];
  const watchdog = new AbortController();
  const stop = (): void => {
    watchdog.abort(new Error(`the build said nothing for ${STALL_MILLISECONDS / 60_000} minutes`));
  };
  let timer = setTimeout(stop, STALL_MILLISECONDS);
  const signals = [watchdog.signal, ...(signal === undefined ? [] : [signal])];
  try {
    const stream = await docker.buildImage(contextOf([...leaf.files, ...npm]), {
      t: leaf.name,
      version: "1",
      rm: true,
      forcerm: true,
      // A step kept from an earlier build would keep its packages, too, without later security fixes.
      nocache: true,
      // The host's resolver and loopback proxies serve the build as they serve the host.
      networkmode: "host",
      buildargs: { BASE: rootfs.reference, ...options.proxies },
      labels: labelsOf(leaf.name, leaf.content),
      abortSignal: AbortSignal.any(signals),
    });
    await followStream(stream, ({ stream: text }) => {
      clearTimeout(timer);
      timer = setTimeout(stop, STALL_MILLISECONDS);
      if (text !== undefined) log.write(leaf.name, text);
    });
  } catch (error) {
    throw watchdog.signal.aborted ? watchdog.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

function contextOf(files: ContextFile[]): NodeJS.ReadableStream {
  const tar = pack();
  for (const { name, content, mode } of files) {
    tar.entry({ name, mode, mtime: new Date(0) }, content);
  }
  tar.finalize();
  return Readable.from(tar);
}
