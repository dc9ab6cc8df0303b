import type { Readable } from "node:stream";
import * as grpc from "@grpc/grpc-js";
import {
  ResourceProviderClient,
  ResourceProviderService,
} from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { ConfigureRequest } from "@pulumi/pulumi/proto/provider_pb";
import { Children } from "../../languageHost/children";
import { relayOutput } from "../../languageHost/relay";
import { packageBin } from "../../paths";
import { UNLIMITED } from "../../loopback";
import type { Place } from "../docker/place";
import { DYNAMIC_PROVIDER, PRELOAD } from "../../wrappers";

export type Forwarded = "check" | "diff" | "create" | "read" | "update" | "delete";

/** The SDK's own dynamic provider in a process of its own, which is started with the first call that is for it. */
export class OwnProcess {
  private readonly children: Children;
  private started: Promise<ResourceProviderClient> | undefined;
  /** As the engine has configured this connection. */
  configuration: ConfigureRequest | undefined;
  engineAddress = "";

  constructor(private readonly place: Place) {
    this.children = new Children({ env: place.env, detached: true });
  }

  async call<R>(name: Forwarded, request: unknown, signal: AbortSignal): Promise<R> {
    const client = await (this.started ??= this.start());
    signal.throwIfAborted();
    const { path, requestSerialize, responseDeserialize } = ResourceProviderService[name];
    return new Promise((resolve, reject) => {
      const call = client.makeUnaryRequest(
        path,
        requestSerialize as (value: unknown) => Buffer,
        responseDeserialize as (bytes: Buffer) => R,
        request,
        (error, response) => {
          if (response === undefined) reject(error ?? new Error(`no answer to ${path}`));
          else resolve(response);
        },
      );
      signal.addEventListener("abort", () => {
        call.cancel();
      });
    });
  }

  async stop(): Promise<void> {
    await this.children.stopAll();
    const client = await this.started?.catch(() => undefined);
    client?.close();
  }

  private relay(streams: Parameters<typeof relayOutput>[0]): void {
    void relayOutput(streams, this.engineAddress).catch(() => undefined);
  }

  private async start(): Promise<ResourceProviderClient> {
    const [script = "", ...args] = DYNAMIC_PROVIDER;
    const command = ["--require", packageBin(PRELOAD), packageBin(script), ...args];
    const { child, exit } = this.children.start(
      {
        ...{ file: process.execPath, args: [...command, this.engineAddress] },
        ...{ cwd: this.place.directory, env: {} },
      },
      ["ignore", "pipe", "pipe"],
    );
    const ended = exit.then(() =>
      Promise.reject(
        new Error("the process of the provider of dynamic resources ended before it served"),
      ),
    );
    ended.catch(() => undefined);
    const { stdout, stderr } = child;
    // What providers print goes where the engine would have put it; so does why there is no port.
    this.relay({ stdout: null, stderr });
    const port = stdout && (await Promise.race([firstLine(stdout), ended]));
    this.relay({ stdout, stderr: null });
    const client = new ResourceProviderClient(
      `127.0.0.1:${port ?? ""}`,
      grpc.credentials.createInsecure(),
      UNLIMITED,
    );
    const { configuration } = this;
    if (configuration !== undefined)
      await new Promise<void>((resolve, reject) => {
        client.configure(configuration, (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      });
    return client;
  }
}

function firstLine(stream: Readable): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const read = (chunk: Buffer): void => {
      text += chunk.toString("utf8");
      const end = text.indexOf("\n");
      if (end < 0) return;
      stream.off("data", read);
      stream.pause();
      stream.unshift(Buffer.from(text.slice(end + 1)));
      resolve(text.slice(0, end).trim());
    };
    stream.on("data", read);
  });
}
