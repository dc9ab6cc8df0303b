import * as grpc from "@grpc/grpc-js";
import { Calls } from "./calls";
import type { Engine } from "./engine";
import { service } from "./service";
import type { ProviderService } from "./service";
import type { Plugin } from "./types";

/** What serves one connection of an engine. */
export interface Served {
  readonly service: ProviderService;
  /** Aborts what is in flight, and waits for it until then. */
  stop(deadline: number): Promise<void>;
}

/** A plugin as one provider of an engine has it. */
export class Provider implements Served {
  readonly service: ProviderService;
  private readonly calls = new Calls();

  constructor(
    plugin: Plugin,
    private readonly engine: Engine,
  ) {
    this.service = service(plugin, engine, this.calls);
  }

  async stop(deadline: number): Promise<void> {
    await this.calls.end(deadline);
    this.engine.close();
  }
}

type Unary = grpc.handleUnaryCall<never, unknown>;

/** A provider for each connection. */
export class Connections implements Iterable<Served> {
  readonly service: ProviderService;
  private readonly providers = new Map<string, Served>();

  constructor(private readonly make: () => Served) {
    const names = Object.keys(make().service) as (keyof ProviderService)[];
    const served = names.map((name) => {
      const handle: Unary = (call, callback) => {
        const provider = this.of(call.getPeer(), name);
        if (provider === undefined) callback(LOST);
        else (provider.service[name] as Unary)(call, callback);
      };
      return [name, handle];
    });
    this.service = Object.fromEntries(served) as ProviderService;
  }

  [Symbol.iterator](): Iterator<Served> {
    return this.providers.values();
  }

  /** An engine shakes hands first. One that does not has lost its connection, and goes on where it was if that is clear. */
  private of(peer: string, call: keyof ProviderService): Served | undefined {
    const known = this.providers.get(peer);
    if (known !== undefined) return known;
    const all = [...new Set(this.providers.values())];
    const provider = call === "handshake" ? this.make() : all.length === 1 ? all[0] : undefined;
    if (provider !== undefined) this.providers.set(peer, provider);
    return provider;
  }
}

const LOST = {
  code: grpc.status.UNAVAILABLE,
  details: "the engine's connection to this provider was lost: run the update again",
};
