import { resolve } from "node:path";
import { z } from "zod";
import type { CallContext } from "../../host";
import type { Daemon } from "../client/daemon";
import { textOf } from "../client/errors";
import type { RegistryAuth } from "../client/registryAuth";
import { authKey, registryOf } from "../client/registryAuth";
import { ensureImage } from "../images/ensure";
import { ProgressError, followProgress } from "../images/progress";
import { canonicalRepository } from "../images/reference";
import { isTransient, withRetries } from "../images/retry";
import { buildContext, relativeDockerfile } from "./contextTar";
import type { BuildContext } from "./contextTar";
import type { ImageInputs } from "./inputs";

export interface BuiltImage {
  /** The Dockerfile's path from the context's root. */
  readonly dockerfile: string;
  /** The image's id; the registry's digest where it was pushed. */
  readonly repoDigest: string;
}

/** How an image is made. */
export interface Work {
  /** From where the image's paths start. */
  readonly directory: string;
  readonly push: boolean;
  readonly redact: Redact;
}

type Redact = (text: string) => string;

const buildResult = z.object({ ID: z.string() });
const pushResult = z.object({ Digest: z.string() });

/** Builds an image, and pushes it where wanted. */
export async function buildImage(
  daemon: Daemon,
  context: CallContext,
  image: ImageInputs,
  { directory, push, redact }: Work,
): Promise<BuiltImage> {
  for (const cached of image.cacheFrom) await fetchCache(daemon, context, cached);
  const paths = [resolve(directory, image.context), resolve(directory, image.dockerfile)] as const;
  context.log.status("starting the build");
  await build(daemon, context, image, await buildContext(...paths), redact);
  const dockerfile = await relativeDockerfile(...paths);
  if (push) return { dockerfile, repoDigest: await pushImage(daemon, context, image, redact) };
  const info = await daemon.ask(`inspect the image ${image.name}`, (docker) =>
    docker.getImage(image.name).inspect(),
  );
  return { dockerfile, repoDigest: info.Id };
}

async function build(
  daemon: Daemon,
  context: CallContext,
  image: ImageInputs,
  { archive, dockerfile }: BuildContext,
  redact: Redact,
): Promise<void> {
  let id: string | undefined;
  const what = `build the image ${image.name} from ${image.dockerfile}`;
  await daemon.ask(what, async (docker) => {
    const stream = await docker.buildImage(archive, {
      t: image.name,
      dockerfile,
      version: "1",
      buildargs: { ...image.args },
      rm: true,
      forcerm: true,
      abortSignal: context.signal,
      ...(image.target === undefined ? {} : { target: image.target }),
      ...(image.platform === undefined ? {} : { platform: image.platform }),
      ...(image.network === undefined ? {} : { networkmode: image.network }),
      ...(image.addHosts.length === 0 ? {} : { extrahosts: JSON.stringify(image.addHosts) }),
      ...(image.cacheFrom.length === 0 ? {} : { cachefrom: JSON.stringify(image.cacheFrom) }),
    });
    try {
      await followProgress(stream, context, {
        redact,
        onAux: (aux) => {
          id = buildResult.safeParse(aux).data?.ID ?? id;
        },
      });
    } catch (cause) {
      if (!(cause instanceof ProgressError)) throw cause;
      throw new Error([cause.message, ...cause.lines].join("\n  "), { cause });
    }
  });
  if (id === undefined)
    throw new Error(
      `Docker ended the build of ${image.name} without an error and without an image`,
    );
}

async function fetchCache(daemon: Daemon, context: CallContext, reference: string): Promise<void> {
  try {
    await ensureImage(daemon, context, reference);
  } catch (error) {
    context.signal.throwIfAborted();
    // A cache only saves time.
    context.log.info(
      `no cache from ${reference}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function pushImage(
  daemon: Daemon,
  context: CallContext,
  image: ImageInputs,
  redact: Redact,
): Promise<string> {
  context.log.status("pushing");
  const auth = await pushAuth(daemon, image);
  let digest: string | undefined;
  const attempt = (): Promise<void> =>
    daemon.ask(`push ${image.name}`, async (docker) => {
      const stream = await docker
        .getImage(image.name)
        .push({ authconfig: auth ?? anonymous, abortSignal: context.signal });
      await followProgress(stream, context, {
        redact,
        onAux: (aux) => {
          digest = pushResult.safeParse(aux).data?.Digest ?? digest;
        },
      });
    });
  await withRetries(attempt, {
    signal: context.signal,
    isTransient,
    onRetry: (error, seconds) => {
      context.log.warning(`${redact(textOf(error))}: trying again in ${seconds} s`);
    },
  });
  if (digest === undefined)
    throw new Error(
      `Docker pushed ${image.name}, but told no digest of it: it cannot be referred to`,
    );
  return `${canonicalRepository(image.name)}@${digest}`;
}

/** The daemon wants some form of credentials for every push. */
const anonymous: RegistryAuth = { serveraddress: "", username: "", password: "" };

async function pushAuth(daemon: Daemon, image: ImageInputs): Promise<RegistryAuth | undefined> {
  const { server, username, password } = image.registry;
  if (username !== undefined && password !== undefined)
    return { serveraddress: authKey(server ?? registryOf(image.name)), username, password };
  return daemon.authFor(server === undefined ? image.name : `${authHost(server)}/image`);
}

function authHost(server: string): string {
  return server.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}
