import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What an operation is answered with: a value, an error of AWS by name, or no answer at all. */
export type Answer =
  | Readonly<Record<string, unknown>>
  | { readonly error: string; readonly message?: string; readonly status?: number };

type Handler = (input: Record<string, unknown>, call: number) => Answer;

/** A server that speaks AWS's JSON protocol and answers what a test says, so that faults can be had on purpose. */
export class FakeAws {
  /** Operations in the order in which they were asked for, with their inputs. */
  readonly calls: { readonly operation: string; readonly input: Record<string, unknown> }[] = [];
  private readonly handlers = new Map<string, Handler>();
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const operation = String(request.headers["x-amz-target"]).split(".").pop() ?? "";
      const text = Buffer.concat(chunks).toString("utf8");
      const input = JSON.parse(text === "" ? "{}" : text) as Record<string, unknown>;
      this.calls.push({ operation, input });
      const answer = this.answerTo(operation, input);
      const isError = "error" in answer;
      response.writeHead(isError ? Number(answer["status"] ?? 400) : 200, {
        "content-type": "application/x-amz-json-1.1",
      });
      const body = isError
        ? { __type: answer["error"], message: answer["message"] ?? "on purpose" }
        : answer;
      response.end(JSON.stringify(body));
    });
  });

  static async start(): Promise<FakeAws> {
    const fake = new FakeAws();
    await new Promise<void>((resolve) => fake.server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  /** Answers an operation; the handler is told how often it was asked before. */
  on(operation: string, handler: Handler | Answer): this {
    this.handlers.set(operation, typeof handler === "function" ? handler : () => handler);
    return this;
  }

  count(operation: string): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  inputOf(operation: string): Record<string, unknown> | undefined {
    return this.calls.find((call) => call.operation === operation)?.input;
  }

  /** The environment in which AWS's clients find it, until `stop`. */
  use(): void {
    const { port } = this.server.address() as AddressInfo;
    for (const [name, value] of Object.entries(environmentOf(port))) {
      this.before.set(name, process.env[name]);
      process.env[name] = value;
    }
  }

  async stop(): Promise<void> {
    for (const [name, value] of this.before)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private readonly before = new Map<string, string | undefined>();

  private answerTo(operation: string, input: Record<string, unknown>): Answer {
    const handler = this.handlers.get(operation);
    if (handler === undefined) return { error: "UnknownOperationException", message: operation };
    return handler(input, this.count(operation) - 1);
  }
}

function environmentOf(port: number): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: "AKIATESTTESTTESTTEST",
    AWS_SECRET_ACCESS_KEY: "fake-secret",
    // What Landfall itself makes of failures is tested here; the clients' own patience takes seconds.
    AWS_MAX_ATTEMPTS: "1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
}
