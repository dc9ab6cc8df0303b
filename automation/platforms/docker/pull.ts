import type Docker from "dockerode";

import { registryOf, storedAuth } from "../../../toolchain/plugins/docker/client/registryAuth";
import { textOf } from "../../../toolchain/plugins/docker/client/errors";
import { followProgress } from "../../../toolchain/plugins/docker/images/progress";
import { isTransient, withRetries } from "../../../toolchain/plugins/docker/images/retry";
import { dockerClient, isNotFound } from "./client";
import { LandfallError } from "../../errors";
import type { RegistryLogin } from "../../images/login";
import type { PlatformSession } from "../types";

/**
 * Pulls images by digest, and holds what came against the image id that is wanted.
 * @param wanted Image id by `name@sha256:…`.
 * @throws LandfallError `registry`, which names the host and the step
 */
export async function pullImages(
  { context, env }: PlatformSession,
  wanted: ReadonlyMap<string, string>,
  login: RegistryLogin | undefined,
): Promise<void> {
  const docker = dockerClient(env, 0);
  for (const [reference, id] of wanted) {
    const host = registryOf(reference);
    const fail = (why: string, cause?: unknown): LandfallError =>
      new LandfallError("registry", `registry ${host}: pull of ${reference} failed: ${why}`, {
        cause,
      });
    const auth =
      login?.host === host
        ? { serveraddress: host, username: login.username, password: login.password }
        : await storedAuth(host);
    try {
      await withRetries(() => pull(docker, context, reference, auth), {
        signal: context.signal,
        isTransient,
        onRetry: (error, seconds) => {
          const message = `registry ${host}: pull of ${reference} failed, again in ${seconds} s: ${textOf(error)}`;
          context.emit({ kind: "diagnostic", severity: "warning", ephemeral: false, message });
        },
      });
    } catch (error) {
      context.check();
      throw fail(textOf(error), error);
    }
    const found = await idOf(docker, reference);
    if (found === id) continue;
    throw fail(`it gave the image ${found ?? "none"}, and the release ran ${id}`);
  }
}

const ignore = (): void => undefined;
const silent = { debug: ignore, info: ignore, warning: ignore, status: ignore };

async function pull(
  docker: Docker,
  { signal }: PlatformSession["context"],
  reference: string,
  auth: object | undefined,
): Promise<void> {
  const stream = await docker.createImage(auth, { fromImage: reference, abortSignal: signal });
  await followProgress(stream, { signal, log: silent });
}

async function idOf(docker: Docker, reference: string): Promise<string | undefined> {
  try {
    return (await docker.getImage(reference).inspect()).Id;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
