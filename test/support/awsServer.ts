import { S3Server } from "./s3Server";

/** The emulator of AWS's APIs on this host, with nothing in it: nothing runs, and no task ever starts by itself. */
export class AwsServer {
  readonly region = "ap-northeast-1";

  private constructor(private readonly server: S3Server) {}

  static async start(): Promise<AwsServer> {
    return new AwsServer(await S3Server.start());
  }

  /** What a program needs in its environment to be let in. */
  get env(): Record<string, string> {
    const { endpoint, env } = this.server;
    return {
      ...env,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: this.region,
      AWS_MAX_ATTEMPTS: "2",
    };
  }

  /** Settings of a client of the SDK. */
  get client(): {
    region: string;
    endpoint: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  } {
    const { endpoint, env } = this.server;
    return {
      region: this.region,
      endpoint,
      credentials: {
        accessKeyId: env.AWS_ACCESS_KEY_ID,
        secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      },
    };
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}
