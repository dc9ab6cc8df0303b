import type Docker from "dockerode";
import { messageOf } from "../files";
import { ToolchainError } from "../errors";

/** One message of the daemon's progress streams. */
export interface DaemonMessage {
  /** Output of a build. */
  stream?: string;
  /** State of a pull or an import. */
  status?: string;
  id?: string;
  error?: string;
}

/** Debian's names of the daemon's architectures. */
const DEBIAN_ARCHITECTURES: Partial<Record<string, string>> = {
  amd64: "amd64",
  arm64: "arm64",
  arm: "armhf",
  "386": "i386",
  ppc64le: "ppc64el",
  s390x: "s390x",
};

const ANSWER_MILLISECONDS = 10_000;

/**
 * The architecture of the daemon's machine, by Debian's name.
 * @throws ToolchainError when no daemon answers.
 */
export async function daemonArchitecture(docker: Docker): Promise<string> {
  try {
    const { Arch } = await within(ANSWER_MILLISECONDS, docker.version());
    return DEBIAN_ARCHITECTURES[Arch] ?? Arch;
  } catch (error) {
    throw new ToolchainError(
      `Docker does not answer (${messageOf(error)}): start the Docker daemon, ` +
        "or point DOCKER_HOST to one that runs",
      [],
      { cause: error },
    );
  }
}

/** An image by its name, or undefined when there is none. */
export async function inspectImage(
  docker: Docker,
  name: string,
): Promise<Docker.ImageInspectInfo | undefined> {
  try {
    return await within(ANSWER_MILLISECONDS, docker.getImage(name).inspect());
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** A label of an image; the daemon says null where there is none at all. */
export function labelOf(
  image: { Config: { Labels: Partial<Record<string, string>> | null } },
  label: string,
): string | undefined {
  return image.Config.Labels?.[label];
}

/** The HTTP status of an answer of the daemon that says no. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : undefined;
}

/**
 * Reads a progress stream to its end.
 * @throws Error with the daemon's words when it reports one, or when the stream breaks off.
 */
export async function followStream(
  stream: NodeJS.ReadableStream,
  onMessage: (message: DaemonMessage) => void,
): Promise<void> {
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) handle(line);
  }
  handle(rest);

  function handle(line: string): void {
    if (line.trim() === "") return;
    const message = parseMessage(line);
    onMessage(message);
    if (message.error !== undefined) throw new Error(message.error);
  }
}

function parseMessage(line: string): DaemonMessage {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== "object" || parsed === null) return {};
  const text = (name: string): string | undefined => {
    const value: unknown = Object.entries(parsed).find(([key]) => key === name)?.[1];
    return typeof value === "string" ? value : undefined;
  };
  return { stream: text("stream"), status: text("status"), id: text("id"), error: text("error") };
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${milliseconds / 1000} s`));
    }, milliseconds);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
