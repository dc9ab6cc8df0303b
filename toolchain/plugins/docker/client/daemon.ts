import type Docker from "dockerode";
import type { Address, DaemonConfig } from "./address";
import { resolveAddress, userSockets } from "./address";
import { DaemonError, DaemonUnreachableError, isUnreachable, statusOf, textOf } from "./errors";
import type { RegistryAuth } from "./registryAuth";
import { authKey, dockerConfigFolder, registryOf, storedAuth } from "./registryAuth";
import type { Environment } from "../place";

const pingTimeoutMs = 10_000;

/** The daemon that the provider works on, reached when it is first needed. */
export class Daemon {
  readonly #config: DaemonConfig;
  readonly #auths: readonly RegistryAuth[];
  readonly #env: Environment;
  #connected: Promise<Connected> | undefined;

  constructor(
    config: DaemonConfig = {},
    auths: readonly RegistryAuth[] = [],
    env: Environment = process.env,
  ) {
    this.#config = config;
    this.#auths = auths;
    this.#env = env;
  }

  /**
   * Asks the daemon for something.
   *
   * @param what completes "Docker could not …" in the error.
   * @throws DaemonUnreachableError when there is no daemon; DaemonError when it refuses.
   */
  async ask<T>(what: string, question: (docker: Docker) => Promise<T>): Promise<T> {
    const { docker, address } = await this.#connect();
    try {
      return await question(docker);
    } catch (cause) {
      if (isUnreachable(cause)) throw new DaemonUnreachableError([address], cause);
      if (cause instanceof Error && cause.name === "AbortError") throw cause;
      throw new DaemonError(what, cause);
    }
  }

  /** The same, with `undefined` for what the daemon does not have. */
  async find<T>(what: string, question: (docker: Docker) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.ask(what, question);
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  /** Credentials for the registry of an image reference: the provider's, else the Docker CLI's. */
  async authFor(reference: string): Promise<RegistryAuth | undefined> {
    const registry = registryOf(reference);
    const configured = this.#auths.find(
      ({ serveraddress }) => authKey(serveraddress) === authKey(registry),
    );
    return configured ?? (await storedAuth(registry, dockerConfigFolder(this.#env), this.#env));
  }

  #connect(): Promise<Connected> {
    this.#connected ??= this.#tryAll().catch((error: unknown) => {
      this.#connected = undefined;
      throw error;
    });
    return this.#connected;
  }

  async #tryAll(): Promise<Connected> {
    const first = resolveAddress(this.#config, this.#env);
    const others =
      first.source === "the default"
        ? userSockets(this.#env).map((host) => ({
            ...resolveAddress({ host }, this.#env),
            source: "the default",
          }))
        : [];
    let failure: unknown;
    for (const address of [first, ...others]) {
      try {
        return await ping(address);
      } catch (error) {
        failure ??= error;
      }
    }
    throw new DaemonUnreachableError([first, ...others], failure);
  }
}

interface Connected {
  readonly docker: Docker;
  readonly address: Address;
}

async function ping(address: Address): Promise<Connected> {
  // Loaded only here: most calls of a preview need no daemon, and this costs as much as all the rest.
  const { default: Client } = await import("dockerode");
  const docker = new Client(address.options);
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => {
      reject(new Error(`no answer within ${pingTimeoutMs / 1000} s`));
    }, pingTimeoutMs).unref();
  });
  await Promise.race([docker.ping(), late]).catch((error: unknown) => {
    // A refusal is an answer too: a proxy may forbid the ping and allow the rest.
    if (statusOf(error) === undefined) throw new Error(textOf(error), { cause: error });
  });
  return { docker, address };
}
