import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** An answer: a document, or a failure with the name that AWS gives it. */
export type FaultyAnswer =
  | { ok: unknown }
  | { error: string; message?: string; status?: number }
  /** The connection breaks off without an answer. */
  | "cut";

/** Answers a request by what it asks, and by how often it was asked before. */
export type FaultyHandler = (input: Record<string, unknown>, before: number) => FaultyAnswer;

/**
 * An endpoint that speaks AWS's JSON protocols and does as it is told: the faults that the emulator does not have. An
 * action without a handler is answered as one that the service does not know.
 */
export class FaultyAws {
  readonly asked: { action: string; input: Record<string, unknown> }[] = [];
  private readonly server: Server;

  private constructor(
    private readonly handlers: Record<string, FaultyHandler>,
    private readonly others: string | undefined,
  ) {
    this.server = createServer((request, response) => {
      void this.answer(request, response);
    });
  }

  /** @param others Endpoint that answers what is asked in another protocol. */
  static async start(handlers: Record<string, FaultyHandler>, others?: string): Promise<FaultyAws> {
    const fake = new FaultyAws(handlers, others);
    fake.server.listen(0, "127.0.0.1");
    await once(fake.server, "listening");
    return fake;
  }

  /** The environment of an operation that is to meet it. */
  get env(): Record<string, string> {
    const { port } = this.server.address() as AddressInfo;
    return {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: "AKIATESTTESTTESTTEST",
      AWS_SECRET_ACCESS_KEY: "fake-secret",
      AWS_REGION: "ap-northeast-1",
      AWS_MAX_ATTEMPTS: "3",
    };
  }

  count(action: string): number {
    return this.asked.filter((each) => each.action === action).length;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const target = request.headers["x-amz-target"];
    if (target === undefined && this.others !== undefined) {
      await this.passOn(this.others, request, response, Buffer.concat(chunks));
      return;
    }
    const action = String(target).split(".").at(-1) ?? "";
    const text = Buffer.concat(chunks).toString("utf8");
    const input = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
    const before = this.count(action);
    this.asked.push({ action, input });
    const answer = this.handlers[action]?.(input, before) ?? {
      error: "UnknownOperationException",
    };
    if (answer === "cut") {
      request.socket.destroy();
      return;
    }
    const failed = "error" in answer;
    response.writeHead(failed ? (answer.status ?? 400) : 200, {
      "content-type": "application/x-amz-json-1.1",
    });
    const body = failed
      ? { __type: answer.error, message: answer.message ?? answer.error }
      : answer.ok;
    response.end(JSON.stringify(body));
  }

  private async passOn(
    to: string,
    { method = "GET", url = "/", headers }: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
  ): Promise<void> {
    const given = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      typeof value === "string" && !HOPS.has(name) ? [[name, value]] : [],
    );
    const answer = await fetch(new URL(url, to), { method, headers: given, body });
    response.writeHead(answer.status, {
      "content-type": answer.headers.get("content-type") ?? "text/xml",
    });
    response.end(Buffer.from(await answer.arrayBuffer()));
  }
}

/** What is between two ends of a connection alone. */
const HOPS: ReadonlySet<string> = new Set(["host", "connection", "content-length", "expect"]);
