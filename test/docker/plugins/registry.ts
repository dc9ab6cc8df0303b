import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** As much of an image registry as a push and a pull need, in memory, for one user. */
export class Registry {
  readonly #server: Server;
  readonly #blobs = new Map<string, Buffer>();
  readonly #manifests = new Map<string, { type: string; body: Buffer }>();
  readonly #uploads = new Map<string, Buffer>();
  readonly #authorization: string;

  private constructor(username: string, password: string) {
    this.#authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    this.#server = createServer((request, response) => {
      void this.#serve(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
  }

  static async start(username: string, password: string): Promise<Registry> {
    const registry = new Registry(username, password);
    await new Promise<void>((listening) => registry.#server.listen(0, "127.0.0.1", listening));
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `http://${this.host}`);
    if (request.headers.authorization !== this.#authorization) {
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="test"' }).end();
      return;
    }
    const body = await buffer(request);
    const [, name = "", kind = "", rest = ""] =
      /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests)\/(.*)$/.exec(url.pathname) ?? [];
    if (url.pathname === "/v2/") response.writeHead(200).end();
    else if (kind === "blobs/uploads")
      this.#upload(request.method, url, name, rest, body, response);
    else if (kind === "blobs")
      answer(response, request.method, this.#blobs.get(rest), "application/octet-stream", rest);
    else if (kind === "manifests") this.#manifest(request, rest, body, response);
    else response.writeHead(404).end();
  }

  #upload(
    method: string | undefined,
    url: URL,
    name: string,
    id: string,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const key = id === "" ? randomUUID() : id;
    const whole = Buffer.concat([this.#uploads.get(key) ?? Buffer.alloc(0), body]);
    this.#uploads.set(key, whole);
    const digest = url.searchParams.get("digest");
    if (method === "PUT" && digest !== null) {
      this.#blobs.set(digest, whole);
      response
        .writeHead(201, {
          Location: `/v2/${name}/blobs/${digest}`,
          "Docker-Content-Digest": digest,
        })
        .end();
      return;
    }
    response
      .writeHead(202, {
        Location: `/v2/${name}/blobs/uploads/${key}`,
        "Docker-Upload-UUID": key,
        Range: `0-${Math.max(0, whole.length - 1)}`,
      })
      .end();
  }

  #manifest(
    request: IncomingMessage,
    reference: string,
    body: Buffer,
    response: ServerResponse,
  ): void {
    if (request.method === "PUT") {
      const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
      const made = { type: request.headers["content-type"] ?? "", body };
      this.#manifests.set(reference, made);
      this.#manifests.set(digest, made);
      response.writeHead(201, { "Docker-Content-Digest": digest }).end();
      return;
    }
    const found = this.#manifests.get(reference);
    const digest = `sha256:${createHash("sha256")
      .update(found?.body ?? "")
      .digest("hex")}`;
    answer(response, request.method, found?.body, found?.type ?? "", digest);
  }
}

function answer(
  response: ServerResponse,
  method: string | undefined,
  body: Buffer | undefined,
  type: string,
  digest: string,
): void {
  if (body === undefined) {
    response
      .writeHead(404, { "Content-Type": "application/json" })
      .end('{"errors":[{"code":"UNKNOWN"}]}');
    return;
  }
  response.writeHead(200, {
    "Content-Type": type,
    "Content-Length": body.length,
    "Docker-Content-Digest": digest,
  });
  response.end(method === "HEAD" ? undefined : body);
}
