import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { serve } from "../../toolchain/plugins/host";
import type { Plugin, Serving } from "../../toolchain/plugins/host";

/** Properties as they lie on the wire: secrets, assets and unknown values in their encoded form. */
export interface Json {
  [key: string]: JsonValue;
}

export type JsonValue = null | boolean | number | string | JsonValue[] | Json;

export const secretKey = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
export const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const secret = (value: JsonValue): Json => ({ [secretKey]: secretSignature, value });

export interface ResourceCall {
  urn?: string;
  type?: string;
  id?: string;
  olds?: Json;
  news?: Json;
  oldInputs?: Json;
  properties?: Json;
  inputs?: Json;
  preview?: boolean;
  timeout?: number;
  ignoreChanges?: string[];
  randomSeed?: string;
  autonaming?: { proposedName: string; mode: proto.CheckRequest.AutonamingOptions.Mode };
}

const changes = ["DIFF_UNKNOWN", "DIFF_NONE", "DIFF_SOME"] as const;
const kinds = [
  "ADD",
  "ADD_REPLACE",
  "DELETE",
  "DELETE_REPLACE",
  "UPDATE",
  "UPDATE_REPLACE",
] as const;

type Callback<R> = (error: grpc.ServiceError | null, response: R) => void;

/** A plugin in this process, spoken to as the engine does: over gRPC. */
export class ProviderUnderTest {
  private constructor(
    readonly client: ResourceProviderClient,
    private readonly stopServer: (graceMs?: number) => Promise<void>,
  ) {}

  static async start(plugin: Plugin): Promise<ProviderUnderTest> {
    return ProviderUnderTest.of(await serve(plugin));
  }

  /** What serves already, or a process that does. */
  static of(serving: Serving): ProviderUnderTest {
    const address = `127.0.0.1:${serving.port}`;
    const client = new ResourceProviderClient(address, grpc.credentials.createInsecure());
    return new ProviderUnderTest(client, (graceMs) => serving.stop(graceMs));
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.stopServer();
  }

  async check(
    call: ResourceCall,
  ): Promise<{ inputs: Json; failures: { property: string; reason: string }[] }> {
    const request = new proto.CheckRequest()
      .setUrn(urnOf(call))
      .setType(call.type ?? "")
      .setOlds(struct(call.olds))
      .setNews(struct(call.news))
      .setRandomseed(call.randomSeed ?? "");
    if (call.autonaming) {
      const options = new proto.CheckRequest.AutonamingOptions();
      options.setMode(call.autonaming.mode).setProposedName(call.autonaming.proposedName);
      request.setAutonaming(options);
    }
    const response = await unary<proto.CheckResponse>((done) => this.client.check(request, done));
    return {
      inputs: json(response.getInputs()),
      failures: response.getFailuresList().map((failure) => failure.toObject()),
    };
  }

  /** The response in the form of the recorded traces: what is empty is left out. */
  async diff(call: ResourceCall): Promise<Json> {
    const request = new proto.DiffRequest()
      .setId(call.id ?? "id")
      .setUrn(urnOf(call))
      .setType(call.type ?? "")
      .setOlds(struct(call.olds))
      .setNews(struct(call.news))
      .setOldInputs(struct(call.oldInputs))
      .setIgnorechangesList(call.ignoreChanges ?? []);
    const response = await unary<proto.DiffResponse>((done) => this.client.diff(request, done));
    const detailed: Json = {};
    response.getDetaileddiffMap().forEach((diff, path) => {
      const kind = kinds[diff.getKind()];
      detailed[path] = diff.getInputdiff() ? { kind, inputDiff: true } : { kind };
    });
    return {
      ...nonEmpty("replaces", response.getReplacesList()),
      ...nonEmpty("stables", response.getStablesList()),
      ...(response.getDeletebeforereplace() ? { deleteBeforeReplace: true } : {}),
      changes: changes[response.getChanges()],
      ...nonEmpty("diffs", response.getDiffsList()),
      ...(Object.keys(detailed).length > 0 ? { detailedDiff: detailed } : {}),
      ...(response.getHasdetaileddiff() ? { hasDetailedDiff: true } : {}),
    };
  }

  async create(call: ResourceCall): Promise<{ id: string; properties: Json }> {
    const request = new proto.CreateRequest()
      .setUrn(urnOf(call))
      .setType(call.type ?? "")
      .setProperties(struct(call.properties))
      .setPreview(call.preview ?? false)
      .setTimeout(call.timeout ?? 0);
    const response = await unary<proto.CreateResponse>((done) => this.client.create(request, done));
    return { id: response.getId(), properties: json(response.getProperties()) };
  }

  async read(call: ResourceCall): Promise<{ id: string; properties: Json; inputs: Json }> {
    const request = new proto.ReadRequest()
      .setId(call.id ?? "")
      .setUrn(urnOf(call))
      .setType(call.type ?? "")
      .setProperties(struct(call.properties))
      .setInputs(struct(call.inputs));
    const response = await unary<proto.ReadResponse>((done) => this.client.read(request, done));
    return {
      id: response.getId(),
      properties: json(response.getProperties()),
      inputs: json(response.getInputs()),
    };
  }

  async update(call: ResourceCall): Promise<{ properties: Json }> {
    const request = new proto.UpdateRequest()
      .setId(call.id ?? "id")
      .setUrn(urnOf(call))
      .setType(call.type ?? "")
      .setOlds(struct(call.olds))
      .setNews(struct(call.news))
      .setOldInputs(struct(call.oldInputs))
      .setPreview(call.preview ?? false)
      .setTimeout(call.timeout ?? 0);
    const response = await unary<proto.UpdateResponse>((done) => this.client.update(request, done));
    return { properties: json(response.getProperties()) };
  }

  async delete(call: ResourceCall): Promise<void> {
    const request = new proto.DeleteRequest()
      .setId(call.id ?? "id")
      .setUrn(urnOf(call))
      .setType(call.type ?? "")
      .setProperties(struct(call.properties))
      .setOldInputs(struct(call.oldInputs))
      .setTimeout(call.timeout ?? 0);
    await unary<Empty>((done) => this.client.delete(request, done));
  }

  async configure(args: Json = {}): Promise<proto.ConfigureResponse.AsObject> {
    const request = new proto.ConfigureRequest().setArgs(struct(args)).setAcceptsecrets(true);
    const response = await unary<proto.ConfigureResponse>((done) =>
      this.client.configure(request, done),
    );
    return response.toObject();
  }

  async checkConfig(
    news: Json,
  ): Promise<{ inputs: Json; failures: { property: string; reason: string }[] }> {
    const request = new proto.CheckRequest()
      .setUrn("urn:pulumi:s::p::pulumi:providers:x::d")
      .setNews(struct(news));
    const response = await unary<proto.CheckResponse>((done) =>
      this.client.checkConfig(request, done),
    );
    return {
      inputs: json(response.getInputs()),
      failures: response.getFailuresList().map((failure) => failure.toObject()),
    };
  }

  async invoke(token: string, args: Json = {}): Promise<Json> {
    const request = new proto.InvokeRequest().setTok(token).setArgs(struct(args));
    const response = await unary<proto.InvokeResponse>((done) => this.client.invoke(request, done));
    return json(response.getReturn());
  }

  async schema(version = 0): Promise<string> {
    const request = new proto.GetSchemaRequest().setVersion(version);
    return (
      await unary<proto.GetSchemaResponse>((done) => this.client.getSchema(request, done))
    ).getSchema();
  }

  async cancel(): Promise<void> {
    await unary<Empty>((done) => this.client.cancel(new Empty(), done));
  }
}

export function unary<R>(start: (done: Callback<R>) => unknown): Promise<R> {
  return new Promise((resolve, reject) => {
    start((error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}

function urnOf(call: ResourceCall): string {
  return call.urn ?? `urn:pulumi:stack::project::${call.type ?? "t:index:T"}::name`;
}

function struct(value: Json = {}): Struct {
  return Struct.fromJavaScript(value);
}

function json(value: Struct | undefined): Json {
  return value?.toJavaScript() ?? {};
}

function nonEmpty(key: string, list: string[]): Json {
  return list.length > 0 ? { [key]: list } : {};
}
