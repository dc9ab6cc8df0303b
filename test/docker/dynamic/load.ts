import * as http from "node:http";

export interface LoadOptions {
  port: number;
  /** Connections that only ask for quick pages. */
  quick?: number;
  /** Connections that ask for pages that take 2 s. */
  slow?: number;
  /** Connections that post 16 KiB at a time. */
  posts?: number;
  /** Connections that upload 512 KiB over about 1.5 s at a time. */
  uploads?: number;
  /** Upgraded connections that echo all the time. */
  sockets?: number;
  /** Milliseconds that a quick client waits between its requests. @default 0 */
  pauseMs?: number;
  host?: string;
}

export interface LoadResult {
  requests: number;
  failures: string[];
  /** Longest time in which nobody got any answer, in milliseconds. */
  longestGapMs: number;
  /** Answers by the server that gave them. */
  byServer: Record<string, number>;
  echoes: number;
}

const UPLOAD_CHUNK = Buffer.alloc(32 * 1024, "u");
const UPLOAD_CHUNKS = 16;

/** Closed-loop clients on keep-alive connections; nothing is ever retried. */
export class Load {
  private running = true;
  private readonly result: LoadResult = {
    requests: 0,
    failures: [],
    longestGapMs: 0,
    byServer: {},
    echoes: 0,
  };
  private last = performance.now();
  private readonly clients: Promise<void>[] = [];

  constructor(private readonly options: LoadOptions) {
    const { quick = 0, slow = 0, posts = 0, uploads = 0, sockets = 0 } = options;
    const { pauseMs = 0 } = options;
    this.spawn(quick, (agent) => this.request(agent, "GET", "/quick").then(() => pause(pauseMs)));
    this.spawn(slow, (agent) => this.request(agent, "GET", "/slow"));
    this.spawn(posts, (agent) => this.request(agent, "POST", "/post", Buffer.alloc(16_384, "p")));
    this.spawn(uploads, (agent) => this.request(agent, "PUT", "/upload", "slowly"));
    for (let index = 0; index < sockets; index++) this.clients.push(this.socket());
  }

  /** Lets every client finish what it has under way, and tells. */
  async stop(): Promise<LoadResult> {
    this.running = false;
    await Promise.all(this.clients);
    return this.result;
  }

  private spawn(count: number, once: (agent: http.Agent) => Promise<void>): void {
    for (let index = 0; index < count; index++) {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      const loop = async () => {
        while (this.running) await once(agent);
        agent.destroy();
      };
      this.clients.push(loop());
    }
  }

  private request(
    agent: http.Agent,
    method: string,
    path: string,
    body?: Buffer | "slowly",
  ): Promise<void> {
    return new Promise((resolve) => {
      const { port, host = "127.0.0.1" } = this.options;
      const done = (failure?: string) => {
        this.result.requests++;
        if (failure !== undefined) this.result.failures.push(`${method} ${path}: ${failure}`);
        resolve();
      };
      const request = http.request({ port, host, method, path, agent, timeout: 20_000 });
      request.on("timeout", () => request.destroy(new Error("no answer within 20 s")));
      request.on("error", (error) => {
        done(error.message);
      });
      request.on("response", (response) => {
        response.resume();
        response.on("aborted", () => {
          done("answer cut off");
        });
        response.on("end", () => {
          this.answered(response.headers["x-server"]);
          done(response.statusCode === 200 ? undefined : `status ${response.statusCode ?? 0}`);
        });
      });
      if (body === "slowly") void upload(request);
      else request.end(body);
    });
  }

  private socket(): Promise<void> {
    return new Promise((resolve) => {
      const { port, host = "127.0.0.1" } = this.options;
      const headers = { Connection: "Upgrade", Upgrade: "echo" };
      const request = http.request({ port, host, path: "/socket", headers });
      const fail = (why: string) => {
        this.result.failures.push(`socket: ${why}`);
        resolve();
      };
      request.on("error", (error) => {
        fail(error.message);
      });
      request.on("response", (response) => {
        fail(`status ${response.statusCode ?? 0}`);
      });
      request.on("upgrade", (_response, socket) => {
        let open = true;
        socket.on("data", () => {
          this.result.echoes++;
          if (!this.running) {
            open = false;
            socket.end();
            resolve();
          } else setTimeout(() => socket.write("ping"), 50);
        });
        socket.on("close", () => {
          if (open) fail("closed");
        });
        socket.on("error", () => undefined);
        socket.write("ping");
      });
      request.end();
    });
  }

  private answered(server: string | string[] | undefined): void {
    const now = performance.now();
    // At the end only the slow ones are still to answer: that is no gap.
    if (this.running) {
      this.result.longestGapMs = Math.max(this.result.longestGapMs, now - this.last);
    }
    this.last = now;
    const name = String(server);
    this.result.byServer[name] = (this.result.byServer[name] ?? 0) + 1;
  }
}

async function upload(request: http.ClientRequest): Promise<void> {
  for (let index = 0; index < UPLOAD_CHUNKS && !request.destroyed; index++) {
    request.write(UPLOAD_CHUNK);
    await pause(90);
  }
  request.end();
}

function pause(milliseconds: number): Promise<void> {
  if (milliseconds === 0) return Promise.resolve();
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
