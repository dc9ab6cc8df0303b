import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import execa from "execa";

import { withLock } from "../../toolchain/lock";
import { landfallPaths, packageRoot } from "../../toolchain/paths";

const folder = join(__dirname, "s3Server");
const { cache, locks } = landfallPaths(packageRoot);

/** A server with the S3 API on this host, with nothing in it. */
export class S3Server {
  private constructor(
    readonly endpoint: string,
    private readonly end: () => Promise<void>,
  ) {}

  /** What a program needs in its environment to be let in. */
  readonly env = {
    AWS_ACCESS_KEY_ID: "AKIATESTTESTTESTTEST",
    AWS_SECRET_ACCESS_KEY: "s3-server-secret",
  };

  static async start(): Promise<S3Server> {
    const python = await motoPython();
    const child = spawn(python, [join(folder, "server.py")], {
      stdio: ["pipe", "pipe", "inherit"],
      env: {
        PATH: process.env.PATH,
        PYTHONDONTWRITEBYTECODE: "1",
        AWS_DEFAULT_REGION: "us-east-1",
      },
    });
    const ended = once(child, "exit");
    const lines = createInterface(child.stdout);
    const [port] = (await Promise.race([
      once(lines, "line"),
      ended.then(() => {
        throw new Error("the S3 server ended before it was ready");
      }),
    ])) as [string];
    return new S3Server(`http://127.0.0.1:${port}`, async () => {
      child.stdin.end();
      await ended;
    });
  }

  /** An `s3://` URL of a folder in a bucket. */
  url(path: string): string {
    const query = new URLSearchParams({
      region: "us-east-1",
      endpoint: this.endpoint,
      s3ForcePathStyle: "true",
    });
    return `s3://${path}?${query.toString()}`;
  }

  async makeBucket(name: string): Promise<void> {
    const { S3Client, CreateBucketCommand } = await import("@aws-sdk/client-s3");
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = this.env;
    const client = new S3Client({
      region: "us-east-1",
      endpoint: this.endpoint,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    await client.send(new CreateBucketCommand({ Bucket: name }));
    client.destroy();
  }

  /** From here on only known keys are let in, and none is known. */
  async refuseAll(): Promise<void> {
    await fetch(`${this.endpoint}/moto-api/reset-auth`, { method: "POST", body: "0" });
  }

  async stop(): Promise<void> {
    await this.end();
  }
}

/** The Python that has moto. Made once, by whoever is first, for all runs and all their processes. */
export async function motoPython(): Promise<string> {
  const wanted = readFileSync(join(folder, "requirements.txt"));
  const name = `venv-s3-${createHash("sha256").update(wanted).digest("hex").slice(0, 16)}`;
  const python = join(cache, name, "bin", "python3");
  if (await works(python)) return python;
  const lock = join(locks, "moto.lock");
  return withLock(lock, { purpose: "installing moto", timeout: 5 * 60_000 }, async () => {
    if (!(await works(python))) await installMoto(join(cache, name));
    return python;
  });
}

async function installMoto(target: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, "venv-s3-new-"));
  try {
    await execa("python3", ["-m", "venv", fresh]);
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    const from = ["--require-hashes", "-r", join(folder, "requirements.txt")];
    await execa(join(fresh, "bin", "python3"), [...install, ...from]);
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function works(python: string): Promise<boolean> {
  const { failed } = await execa(python, ["-c", "import moto.server"], { reject: false });
  return !failed;
}
