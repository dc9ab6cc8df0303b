import * as net from "node:net";

/** Stands before a server on loopback, and loses it after so many bytes: connections break, and new ones are refused. */
export class FlakyProxy {
  private server: net.Server | undefined;
  private readonly sockets = new Set<net.Socket>();
  private left = Number.POSITIVE_INFINITY;
  /** Bytes that clients have sent through it since it was opened. */
  sent = 0;
  /** How often it has lost the server. */
  cuts = 0;

  constructor(
    readonly port: number,
    private readonly target: number,
  ) {}

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Lets everything through from now on. */
  async open(): Promise<void> {
    this.left = Number.POSITIVE_INFINITY;
    this.sent = 0;
    if (this.server !== undefined) return;
    const server = net.createServer((client) => {
      this.join(client, net.connect(this.target, "127.0.0.1"));
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(this.port, "127.0.0.1", resolve);
    });
  }

  /** Lets so many more bytes of clients through; then the server is lost until {@link open}. */
  cutAfter(bytes: number): void {
    this.left = bytes;
  }

  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    for (const socket of this.sockets) socket.destroy();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  private join(client: net.Socket, upstream: net.Socket): void {
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    upstream.pipe(client);
    client.on("data", (chunk) => {
      this.sent += chunk.length;
      this.left -= chunk.length;
      if (this.left < 0) {
        this.cuts++;
        void this.close();
      } else if (!upstream.write(chunk)) {
        client.pause();
        upstream.once("drain", () => client.resume());
      }
    });
  }
}
