import type { CheckFailure, DiffResult } from "@pulumi/pulumi/dynamic";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { UNKNOWN } from "../../../components/dynamic/diff";

export type Properties = Record<string, unknown>;

/** The SDK's `ResourceProvider`, of resources whose properties are not known here. */
export interface Handler {
  check?(olds: Properties, news: Properties): Promise<Checked>;
  diff?(id: string, olds: Properties, news: Properties): Promise<DiffResult>;
  create(props: Properties): Promise<{ id: string; outs?: Properties }>;
  read?(id: string, props: Properties): Promise<Found>;
  update?(id: string, olds: Properties, news: Properties): Promise<{ outs?: Properties }>;
  delete?(id: string, props: Properties): Promise<void>;
}

interface Checked {
  inputs?: Properties;
  failures?: CheckFailure[];
}

interface Found {
  id?: string;
  props?: Properties;
  inputs?: Properties;
}

/** A call on a resource: where the text of its provider is, and what the provider is asked. */
export interface ResourceCall<Q, R> {
  readonly provider: (request: Q) => unknown;
  readonly answer: (handler: Handler, request: Q) => Promise<R>;
}

// Each does what the SDK's own dynamic provider does with a handler (cmd/dynamic-provider of 3.220): the engine and state
// that one of the two has made have to suit the other.

export const check: ResourceCall<proto.CheckRequest, proto.CheckResponse> = {
  provider: (request) => known(request.getNews()) ?? providerIn(request.getOlds()),
  async answer(handler, request) {
    const [olds, news] = [mapOf(request.getOlds()), mapOf(request.getNews())];
    const { inputs = news, failures = [] } = (await handler.check?.(olds, news)) ?? {};
    return new proto.CheckResponse()
      .setInputs(withProvider(inputs, news))
      .setFailuresList(
        failures.map(({ property, reason }) =>
          new proto.CheckFailure().setProperty(property).setReason(reason),
        ),
      );
  },
};

export const diff: ResourceCall<proto.DiffRequest, proto.DiffResponse> = {
  provider: (request) => known(request.getNews()) ?? providerIn(request.getOlds()),
  async answer(handler, request) {
    const [olds, news] = [mapOf(request.getOlds()), mapOf(request.getNews())];
    const response = new proto.DiffResponse();
    const result = await handler.diff?.(request.getId(), olds, news);
    if (result === undefined) return response;
    const { changes, replaces = [], deleteBeforeReplace = false } = result;
    return response
      .setChanges(changes === undefined ? DIFF_UNKNOWN : changes ? DIFF_SOME : DIFF_NONE)
      .setReplacesList(replaces)
      .setDeletebeforereplace(deleteBeforeReplace);
  },
};

export const create: ResourceCall<proto.CreateRequest, proto.CreateResponse> = {
  provider: (request) => providerIn(request.getProperties()),
  async answer(handler, request) {
    const props = mapOf(request.getProperties());
    const { id, outs } = await handler.create(props);
    return new proto.CreateResponse().setId(id).setProperties(withProvider(outs, props));
  },
};

export const read: ResourceCall<proto.ReadRequest, proto.ReadResponse> = {
  provider: (request) => providerIn(request.getProperties()),
  async answer(handler, request) {
    const [id, props] = [request.getId(), mapOf(request.getProperties())];
    if (handler.read === undefined)
      return new proto.ReadResponse().setId(id).setProperties(request.getProperties());
    const found = await handler.read(id, props);
    const response = new proto.ReadResponse()
      .setId(found.id ?? "")
      .setProperties(withProvider(found.props, props));
    return found.inputs ? response.setInputs(withProvider(found.inputs, props)) : response;
  },
};

export const update: ResourceCall<proto.UpdateRequest, proto.UpdateResponse> = {
  provider: (request) => providerIn(request.getNews()),
  async answer(handler, request) {
    const [olds, news] = [mapOf(request.getOlds()), mapOf(request.getNews())];
    const result = await handler.update?.(request.getId(), olds, news);
    return new proto.UpdateResponse().setProperties(withProvider(result?.outs, news));
  },
};

export const remove: ResourceCall<proto.DeleteRequest, Empty> = {
  provider: (request) => providerIn(request.getProperties()),
  async answer(handler, request) {
    await handler.delete?.(request.getId(), mapOf(request.getProperties()));
    return new Empty();
  },
};

const PROVIDER = "__provider";

const { DIFF_UNKNOWN, DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;

function mapOf(struct: Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

function providerIn(struct: Struct | undefined): unknown {
  return struct?.getFieldsMap().get(PROVIDER)?.getStringValue();
}

function known(struct: Struct | undefined): unknown {
  const text = providerIn(struct);
  return text === UNKNOWN ? undefined : text;
}

function withProvider(result: Properties | undefined, props: Properties): Struct {
  const all = { ...result, [PROVIDER]: props[PROVIDER] };
  return Struct.fromJavaScript(all as Record<string, JavaScriptValue>);
}
