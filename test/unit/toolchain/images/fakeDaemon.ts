import * as http from "node:http";
import type { AddressInfo } from "node:net";
import Docker from "dockerode";

export type Answer = (response: http.ServerResponse, image: string) => void;

/** A Docker daemon of which only the calls about images answer, as a test says. */
export class FakeDaemon {
  readonly pulls: string[] = [];
  readonly images = new Map<string, Record<string, string> | null>();
  readonly docker: Docker;

  private constructor(private readonly server: http.Server) {
    const { port } = server.address() as AddressInfo;
    this.docker = new Docker({ host: "127.0.0.1", port, protocol: "http" });
  }

  static async start(pull: Answer): Promise<FakeDaemon> {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const daemon = new FakeDaemon(server);
    server.on("request", (request, response) => {
      daemon.answer(request, response, pull);
    });
    return daemon;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse, pull: Answer): void {
    const url = new URL(request.url ?? "/", "http://daemon");
    const named = /^\/images\/(.+)\/json$/.exec(url.pathname)?.[1];
    if (url.pathname === "/version") {
      json(response, 200, { Arch: "amd64" });
    } else if (url.pathname === "/images/create") {
      const image = `${url.searchParams.get("fromImage") ?? ""}:${url.searchParams.get("tag") ?? ""}`;
      this.pulls.push(image);
      pull(response, image);
    } else if (url.pathname === "/images/json") {
      json(response, 200, []);
    } else if (named !== undefined) {
      this.inspect(response, decodeURIComponent(named));
    } else {
      json(response, 501, { message: `the fake daemon has no ${url.pathname}` });
    }
  }

  private inspect(response: http.ServerResponse, name: string): void {
    const labels = this.images.get(name);
    if (labels === undefined) {
      json(response, 404, { message: `No such image: ${name}` });
      return;
    }
    const Config = { Labels: labels };
    json(response, 200, { Id: `sha256:${name}`, Size: 1000, RepoTags: [name], Config });
  }
}

export function json(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
