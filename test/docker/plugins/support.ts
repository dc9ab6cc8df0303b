import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before } from "mocha";
import Docker from "dockerode";
import { dockerPlugin } from "../../../toolchain/plugins/docker";
import type { Json, JsonValue, ResourceCall } from "../../support/provider";
import { ProviderUnderTest } from "../../support/provider";

/** Has a shell, and is there on every machine that was set up. */
export const image = "debian:bookworm-slim";

export const tokens = {
  container: "docker:index/container:Container",
  image: "docker:index/image:Image",
  network: "docker:index/network:Network",
  remoteImage: "docker:index/remoteImage:RemoteImage",
  tag: "docker:index/tag:Tag",
  volume: "docker:index/volume:Volume",
} as const;

export type Kind = keyof typeof tokens;

interface Made {
  readonly id: string;
  readonly inputs: Json;
  readonly state: Json;
}

/** The plugin against the real daemon, with names of its own, and nothing left of it afterwards. */
export class Bench {
  readonly docker = new Docker();
  readonly prefix = `lfdp-${randomBytes(3).toString("hex")}`;
  #provider: ProviderUnderTest | undefined;
  #names = 0;

  static use(): Bench {
    const bench = new Bench();
    before(() => bench.#start());
    after(() => bench.#clean());
    return bench;
  }

  get provider(): ProviderUnderTest {
    assert.ok(this.#provider);
    return this.#provider;
  }

  name(): string {
    return `${this.prefix}-${++this.#names}`;
  }

  urn(kind: Kind, name = this.prefix): Pick<ResourceCall, "urn" | "type"> {
    return { urn: `urn:pulumi:stack::project::${tokens[kind]}::${name}`, type: tokens[kind] };
  }

  async check(kind: Kind, news: Json): Promise<Json> {
    const { inputs, failures } = await this.provider.check({ ...this.urn(kind), news });
    assert.deepEqual(failures, []);
    return inputs;
  }

  async create(kind: Kind, news: Json): Promise<Made> {
    const inputs = await this.check(kind, news);
    const { id, properties } = await this.provider.create({
      ...this.urn(kind),
      properties: inputs,
    });
    return { id, inputs, state: properties };
  }

  /** A container that stays up until it is told to end, and ends then. */
  container(news: Json = {}): Promise<Made> {
    return this.create("container", {
      image,
      name: this.name(),
      command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"],
      ...news,
    });
  }

  read(kind: Kind, { id, inputs, state }: Made): ReturnType<ProviderUnderTest["read"]> {
    return this.provider.read({ ...this.urn(kind), id, inputs, properties: state });
  }

  diff(kind: Kind, { id, inputs, state }: Made, news = inputs): Promise<Json> {
    return this.provider.diff({ ...this.urn(kind), id, olds: state, oldInputs: inputs, news });
  }

  remove(kind: Kind, { id, inputs, state }: Made): Promise<void> {
    return this.provider.delete({ ...this.urn(kind), id, properties: state, oldInputs: inputs });
  }

  async assertSettled(kind: Kind, made: Made): Promise<void> {
    const read = await this.read(kind, made);
    assert.deepEqual(read.properties, made.state);
    assert.deepEqual(read.inputs, made.inputs);
    assert.equal((await this.diff(kind, made)).changes, "DIFF_NONE");
  }

  async #start(): Promise<void> {
    await this.docker
      .getImage(image)
      .inspect()
      .catch((cause: unknown) => {
        throw new Error(`The image ${image} is not here: run scripts/test, which provides it`, {
          cause,
        });
      });
    this.#provider = await ProviderUnderTest.start(dockerPlugin());
    await this.#provider.configure({});
  }

  async #clean(): Promise<void> {
    await this.#provider?.stop();
    const mine = { filters: { name: [this.prefix] } };
    for (const { Id } of await this.docker.listContainers({ all: true, ...mine }))
      await this.docker.getContainer(Id).remove({ force: true, v: true });
    for (const { Id } of await this.docker.listNetworks(mine))
      await this.docker.getNetwork(Id).remove();
    for (const { Name } of (await this.docker.listVolumes(mine)).Volumes)
      await this.docker.getVolume(Name).remove();
    for (const { RepoTags } of await this.docker.listImages())
      for (const tag of RepoTags ?? [])
        if (tag.includes(this.prefix)) await this.docker.getImage(tag).remove({ force: true });
  }
}

/** The message of the error that a call ends with. */
export async function failure(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new assert.AssertionError({ message: "the call did not fail" });
}

export function textOf(value: JsonValue | undefined): string {
  assert.equal(typeof value, "string");
  return typeof value === "string" ? value : "";
}
