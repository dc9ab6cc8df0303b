import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { landfallPaths, packageRoot } from "../../../toolchain/paths";
import { motoPython } from "../s3Server";
import { awsTool, whyNoEmulator } from "./tool";

const { logs } = landfallPaths(packageRoot);
const SERVER = path.join(__dirname, "emulator", "server.py");

/**
 * AWS's APIs on this host, with nothing in them: moto, what the AWS plugin's tool adds to it, and an ECS whose services have
 * tasks (emulator/ecs.py tells what of that is simulated). Ends with this process.
 */
export class AwsEmulator {
  readonly region = "ap-northeast-1";
  private readonly lines: AsyncIterator<string>;

  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    lines: AsyncIterator<string>,
    readonly endpoint: string,
  ) {
    this.lines = lines;
  }

  static async start(): Promise<AwsEmulator> {
    const tool = awsTool();
    if (tool === undefined) throw new Error(whyNoEmulator());
    const python = await motoPython();
    const additions = path.join(tool, "emulator", "moto_server.py");
    const child = spawn(python, [SERVER, additions], {
      env: {
        PATH: process.env["PATH"],
        PYTHONDONTWRITEBYTECODE: "1",
        AWS_DEFAULT_REGION: "us-east-1",
      },
    });
    // Its exceptions are what a strange answer comes from.
    const log = path.join(logs, `aws-emulator-${child.pid ?? 0}.log`);
    mkdirSync(logs, { recursive: true });
    child.stderr.pipe(createWriteStream(log));
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const port = await lines.next();
    if (port.done === true) throw new Error(`the emulator ended before it was ready: see ${log}`);
    return new AwsEmulator(child, lines, `http://127.0.0.1:${port.value}`);
  }

  /** What clients, the engine and its plugins need to find it and be let in. */
  get env(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
      AWS_REGION: this.region,
      AWS_DEFAULT_REGION: this.region,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    };
  }

  /** Settings of a client of the SDK. */
  get client() {
    const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } =
      this.env;
    const { region, endpoint } = this;
    return { region, endpoint, credentials: { accessKeyId, secretAccessKey } };
  }

  /** From now on tasks end with exit code 1 where a container's image has this in its reference. */
  crash(image: string): Promise<void> {
    return this.tell(`crash ${image}`);
  }

  heal(image: string): Promise<void> {
    return this.tell(`heal ${image}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.stdin.end();
    await ended;
  }

  private async tell(what: string): Promise<void> {
    this.child.stdin.write(`${what}\n`);
    const answer = await this.lines.next();
    if (answer.done === true) throw new Error(`the emulator has ended, and was to ${what}`);
    if (answer.value !== "ok") throw new Error(`the emulator answered ${answer.value} to ${what}`);
  }
}
