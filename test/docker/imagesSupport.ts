import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { pack } from "tar-stream";
import { followStream } from "../../toolchain/images/daemon";

export const docker = new Docker();

const prefix = `landfall-test-images-${randomBytes(4).toString("hex")}`;
const containers = new Set<Docker.Container>();
const volumes = new Set<string>();
const images = new Set<string>();
let count = 0;

export interface RunOptions {
  cmd?: string[];
  env?: string[];
  user?: string;
  /** Volume or folder and where it appears: "name:/path". */
  binds?: string[];
  tmpfs?: Record<string, string>;
  readOnly?: boolean;
  /** Variables of the kernel's network settings. */
  sysctls?: Record<string, string>;
}

export async function run(image: string, options: RunOptions = {}): Promise<Docker.Container> {
  const container = await docker.createContainer({
    name: `${prefix}-${++count}`,
    Image: image,
    Cmd: options.cmd,
    Env: options.env,
    User: options.user,
    HostConfig: {
      Binds: options.binds,
      Tmpfs: options.tmpfs,
      ReadonlyRootfs: options.readOnly,
      Sysctls: options.sysctls,
    },
  });
  containers.add(container);
  await container.start();
  return container;
}

export interface Output {
  code: number | null;
  output: string;
}

/** Runs a command in a container to its end. */
export async function exec(
  container: Docker.Container,
  cmd: string[],
  options: { env?: string[]; user?: string } = {},
): Promise<Output> {
  const created = await container.exec({
    Cmd: cmd,
    Env: options.env,
    User: options.user,
    AttachStdout: true,
    AttachStderr: true,
  });
  const output = textOf(await buffer(await created.start({})));
  const { ExitCode } = await created.inspect();
  return { code: ExitCode, output };
}

/** Runs a container to its end. */
export async function runToEnd(image: string, options: RunOptions = {}): Promise<Output> {
  const container = await run(image, options);
  const { StatusCode } = (await container.wait()) as { StatusCode: number };
  return { code: StatusCode, output: await logs(container) };
}

export async function logs(container: Docker.Container): Promise<string> {
  return textOf(await container.logs({ stdout: true, stderr: true }));
}

function textOf(data: Buffer): string {
  // Without a terminal each chunk has a header of 8 bytes; its length is in the last four.
  const parts: string[] = [];
  for (let at = 0; at + 8 <= data.length; at += 8 + data.readUInt32BE(at + 4)) {
    parts.push(data.toString("utf8", at + 8, at + 8 + data.readUInt32BE(at + 4)));
  }
  return parts.join("").trim();
}

/** Waits until the check holds. */
export async function eventually(
  what: string,
  check: () => Promise<boolean>,
  milliseconds = 30_000,
): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what}`);
    await sleep(50);
  }
}

export async function address(container: Docker.Container): Promise<string> {
  const { Networks } = (await container.inspect()).NetworkSettings;
  return Networks.bridge?.IPAddress ?? "";
}

export async function volume(): Promise<string> {
  const name = `${prefix}-${++count}`;
  await docker.createVolume({ Name: name });
  volumes.add(name);
  return name;
}

/** Builds an image from the texts of its files and gives its name. */
export async function build(files: Record<string, string>): Promise<string> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  const name = `${prefix}-${++count}`;
  images.add(name);
  const stream = await docker.buildImage(Readable.from(tar), {
    t: name,
    version: "1",
    forcerm: true,
  });
  const lines: string[] = [];
  try {
    await followStream(stream, ({ stream: text }) => lines.push(text ?? ""));
  } catch (error) {
    throw new Error(`the build failed:\n${lines.join("")}`, { cause: error });
  }
  return name;
}

export async function removeAll(): Promise<void> {
  for (const container of containers) await container.remove({ force: true, v: true });
  for (const name of volumes) await docker.getVolume(name).remove();
  for (const name of images) {
    if ((await docker.listImages({ filters: { reference: [name] } })).length > 0) {
      await docker.getImage(name).remove({ force: true });
    }
  }
  for (const set of [containers, volumes, images]) set.clear();
}
