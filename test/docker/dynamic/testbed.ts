import * as docker from "dockerode";
import { buffer } from "node:stream/consumers";
import * as pack from "tar-stream";
import { routerContainer } from "../../../components/docker/dynamic/routerContainer";
import type { RouteInputs, RouteServer } from "../../../components/docker/dynamic/types";
import { SUBNETS } from "../addresses";
import type { BedName } from "../addresses";

export const ROUTER_IMAGE = "haproxy:2.6-bookworm";
export const SERVER_IMAGE = "node:18-bookworm-slim";
export const SERVER_PORT = 8000;

export const client = new docker.default();

// Answers with its name; /slow takes 2 s, uploads are counted, an upgrade becomes an echo. It drains on SIGTERM.
const SERVER = `
const http = require("http"), name = process.env.NAME;
const server = http.createServer((req, res) => {
  const path = req.url.split("?")[0];
  res.setHeader("x-server", name);
  if (path === "/ready") { res.statusCode = Number(process.env.READY || 200); return res.end(name); }
  if (path === "/slow") return void setTimeout(() => res.end(name), 2000);
  let bytes = 0;
  req.on("data", (chunk) => (bytes += chunk.length));
  req.on("end", () => res.end(JSON.stringify({ name, bytes, headers: req.headers })));
});
server.on("upgrade", (req, socket) => {
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: echo\\r\\nConnection: Upgrade\\r\\n\\r\\n");
  socket.pipe(socket);
  socket.on("error", () => socket.destroy());
});
server.listen(${SERVER_PORT});
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

/** A network with a router in it, and servers to put behind. */
export class Testbed {
  private constructor(
    readonly prefix: BedName,
    private readonly published: readonly number[],
  ) {}

  static async start(prefix: BedName, published: readonly number[] = []): Promise<Testbed> {
    const bed = new Testbed(prefix, published);
    const subnet = SUBNETS[prefix];
    await bed.stop();
    await client.createNetwork({
      Name: bed.network,
      IPAM: {
        Driver: "default",
        Config: [{ Subnet: `${subnet}.0/24`, IPRange: `${subnet}.128/25` }],
      },
    });
    await bed.startRouter();
    return bed;
  }

  get network(): string {
    return `${this.prefix}-net`;
  }

  get router(): string {
    return `${this.prefix}-router`;
  }

  get volume(): string {
    return `${this.prefix}-data`;
  }

  async startRouter(): Promise<void> {
    const spec = routerContainer({ volume: this.volume });
    const container = await client.createContainer({
      name: this.router,
      Image: ROUTER_IMAGE,
      Cmd: spec.command,
      User: spec.user,
      StopSignal: spec.stopSignal,
      ExposedPorts: Object.fromEntries(this.published.map((port) => [`${port}/tcp`, {}])),
      HostConfig: {
        Binds: spec.volumes.map(() => `${this.volume}:${spec.volumes[0]?.containerPath ?? ""}`),
        SecurityOpt: ["no-new-privileges:true"],
        NetworkMode: this.network,
        PortBindings: Object.fromEntries(
          this.published.map((port) => [`${port}/tcp`, [{ HostIp: "127.0.0.1", HostPort: "" }]]),
        ),
      },
      NetworkingConfig: {
        EndpointsConfig: {
          [this.network]: { IPAMConfig: { IPv4Address: `${SUBNETS[this.prefix]}.2` } },
        },
      },
    });
    for (const { file, content } of spec.uploads) {
      const archive = pack.pack();
      archive.entry({ name: file.slice(1) }, content);
      archive.finalize();
      await container.putArchive(await buffer(archive), { path: "/" });
    }
    await container.start();
    await until("the router is healthy", async () => {
      const { exitCode } = await execIn(this.router, spec.healthcheck.tests.slice(1));
      return exitCode === 0;
    });
  }

  /** The port of this host at which a port of the router is published. */
  async hostPort(port: number): Promise<number> {
    const info = await client.getContainer(this.router).inspect();
    return Number(info.NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort);
  }

  /** Starts a server and waits until it listens. */
  async server(name: string, env: Record<string, string> = {}): Promise<RouteServer> {
    const full = await this.container(name, ["node", "-e", SERVER], env);
    await until(`${full} listens`, async () => {
      const script = `require("http").get("http://127.0.0.1:${SERVER_PORT}/", (r) => process.exit(0)).on("error", () => process.exit(1))`;
      return (await execIn(full, ["node", "-e", script])).exitCode === 0;
    });
    return { name: full, port: SERVER_PORT };
  }

  /** Starts a container on the network, whatever it does. */
  async container(
    name: string,
    command: string[],
    env: Record<string, string> = {},
    restart = false,
  ): Promise<string> {
    const full = `${this.prefix}-${name}`;
    const container = await client.createContainer({
      name: full,
      Image: SERVER_IMAGE,
      Cmd: command,
      Env: [`NAME=${name}`, ...Object.entries(env).map(([key, value]) => `${key}=${value}`)],
      HostConfig: {
        Init: true,
        NetworkMode: this.network,
        ...(restart ? { RestartPolicy: { Name: "always" } } : {}),
      },
    });
    await container.start();
    return full;
  }

  /** A container's address in the network. */
  async address(name: string): Promise<string | undefined> {
    const info = await client.getContainer(name).inspect();
    return info.NetworkSettings.Networks[this.network]?.IPAddress;
  }

  async remove(name: string): Promise<void> {
    await client.getContainer(name).remove({ force: true, v: true });
  }

  inputs(service: string, port: number, servers: RouteServer[]): RouteInputs {
    return {
      router: this.router,
      service,
      listen: [{ port }],
      servers,
      check: { path: "/ready", intervalSeconds: 1 },
      drainSeconds: 5,
    };
  }

  /** Removes everything that has this bed's prefix. */
  async stop(): Promise<void> {
    const containers = await client.listContainers({
      all: true,
      filters: { name: [`^/${this.prefix}-`] },
    });
    await Promise.all(
      containers.map(({ Id: id }) => client.getContainer(id).remove({ force: true, v: true })),
    );
    await client.getNetwork(this.network).remove().catch(ignoreMissing);
    await client.getVolume(this.volume).remove().catch(ignoreMissing);
  }
}

/** Waits until something holds, at most 20 s. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited 20 s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function execIn(name: string, command: string[]): Promise<{ exitCode: number }> {
  const exec = await client.getContainer(name).exec({ Cmd: command, AttachStdout: true });
  const stream = await exec.start({});
  stream.resume();
  await new Promise((resolve) => stream.on("end", resolve).on("close", resolve));
  return { exitCode: (await exec.inspect()).ExitCode ?? -1 };
}

function ignoreMissing(error: unknown): void {
  if ((error as { statusCode?: number }).statusCode !== 404) throw error;
}
