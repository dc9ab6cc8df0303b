import { connect } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { ResourceLog } from "./types";

/** The engine that started the plugin: takes messages, and is watched, so that no plugin outlives it. */
export class Engine {
  #address: string | undefined;
  #client: EngineClient | undefined;

  constructor(address?: string) {
    this.#address = address;
  }

  get address(): string | undefined {
    return this.#address;
  }

  attach(address: string): void {
    if (address === this.#address) return;
    this.#client?.close();
    this.#client = undefined;
    this.#address = address;
  }

  logFor(urn: string): ResourceLog {
    const send = (severity: LogSeverity, message: string, ephemeral = false): void => {
      this.#send(
        new LogRequest()
          .setSeverity(severity)
          .setUrn(urn)
          .setMessage(message)
          .setEphemeral(ephemeral),
      );
    };
    return {
      debug: (message) => {
        send(LogSeverity.DEBUG, message);
      },
      info: (message) => {
        send(LogSeverity.INFO, message);
      },
      warning: (message) => {
        send(LogSeverity.WARNING, message);
      },
      status: (message) => {
        send(LogSeverity.INFO, message, true);
      },
    };
  }

  /** Whether something still listens at the engine's address. Without an address there is nothing to lose. */
  async alive(timeoutMs = 2000): Promise<boolean> {
    const [host, port] = splitAddress(this.#address);
    if (host === undefined) return true;
    return new Promise((resolve) => {
      const socket = connect({ host, port, timeout: timeoutMs });
      const settle = (alive: boolean): void => {
        socket.destroy();
        resolve(alive);
      };
      socket.once("connect", () => {
        settle(true);
      });
      // A listener that is too busy to accept is alive; only a refusal says that it is gone.
      socket.once("timeout", () => {
        settle(true);
      });
      socket.once("error", () => {
        settle(false);
      });
    });
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #send(request: LogRequest): void {
    if (this.#address === undefined) return;
    this.#client ??= new EngineClient(this.#address, grpc.credentials.createInsecure());
    // A message is a courtesy: losing one must not fail the work that it is about.
    this.#client.log(request, () => undefined);
  }
}

function splitAddress(address: string | undefined): [string, number] | [undefined, undefined] {
  const match = /^(.+):(\d+)$/.exec(address ?? "");
  return match?.[1] === undefined ? [undefined, undefined] : [match[1], Number(match[2])];
}
