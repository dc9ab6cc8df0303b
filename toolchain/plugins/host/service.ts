import type * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Calls } from "./calls";
import { checkEngineConfig, minimalSchema } from "./config";
import type { Engine } from "./engine";
import { InvalidRequestError } from "./errors";
import { autonamingOf, checkResponse, diffResponse, failureMessages } from "./messages";
import { statusOf } from "./status";
import type { CallContext, Plugin, ResourceHandler } from "./types";
import { decodeMap, encodeMap } from "./wire";

interface ResourceMessage {
  getUrn(): string;
  getName(): string;
  getType(): string;
}

type Served =
  | "handshake"
  | "attach"
  | "getPluginInfo"
  | "getSchema"
  | "checkConfig"
  | "diffConfig"
  | "configure"
  | "invoke"
  | "check"
  | "diff"
  | "create"
  | "read"
  | "update"
  | "delete"
  | "cancel";

/** The calls that are served. */
export type ProviderService = Pick<IResourceProviderServer, Served>;

/**
 * The provider protocol over a plugin's table. What is not here (Construct, Call, Parameterize, GetMapping) the
 * server answers as unimplemented, which the engine takes as "not offered".
 */
export function service(plugin: Plugin, engine: Engine, calls: Calls): ProviderService {
  const unary =
    <Q, R>(
      work: (request: Q, signal: AbortSignal) => R | Promise<R>,
      timeoutSeconds?: (request: Q) => number,
    ): grpc.handleUnaryCall<Q, R> =>
    (call, callback) => {
      calls
        .run(
          {
            timeoutSeconds: timeoutSeconds?.(call.request),
            onLost: (lost) => call.on("cancelled", lost),
          },
          (signal) => work(call.request, signal),
        )
        .then(
          (response) => {
            callback(null, response);
          },
          (error: unknown) => {
            callback(statusOf(error));
          },
        );
    };

  const resource = (
    message: ResourceMessage,
    signal: AbortSignal,
  ): [ResourceHandler, CallContext] => {
    const urn = message.getUrn();
    const type = message.getType() || typeOf(urn);
    const handler = Object.hasOwn(plugin.resources, type) ? plugin.resources[type] : undefined;
    if (!handler) throw unsupported(plugin, "resource type", type, Object.keys(plugin.resources));
    return [
      handler,
      { urn, type, name: message.getName() || nameOf(urn), signal, log: engine.logFor(urn) },
    ];
  };

  return {
    handshake: unary((request: proto.ProviderHandshakeRequest) => {
      engine.attach(request.getEngineAddress());
      return new proto.ProviderHandshakeResponse()
        .setAcceptSecrets(plugin.acceptSecrets ?? false)
        .setSupportsAutonamingConfiguration(true);
    }),
    attach: unary((request) => {
      engine.attach(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: unary(() => new PluginInfo().setVersion(plugin.version)),
    getSchema: unary((request) => {
      if (request.getVersion() !== 0) {
        throw new InvalidRequestError(
          `schema version ${request.getVersion()} is not supported, only 0`,
        );
      }
      const schema = plugin.schema?.() ?? minimalSchema(plugin);
      return new proto.GetSchemaResponse().setSchema(JSON.stringify(schema));
    }),
    checkConfig: unary(async (request) => {
      const news = decodeMap(request.getNews());
      return checkResponse(await (plugin.checkConfig ?? checkEngineConfig)(news));
    }),
    diffConfig: unary((request) => {
      const olds = decodeMap(request.getOldInputs() ?? request.getOlds());
      return diffResponse(
        plugin.diffConfig?.(olds, decodeMap(request.getNews())) ?? { changes: "unknown" },
      );
    }),
    configure: unary(async (request) => {
      const config = decodeMap(request.getArgs());
      await plugin.configure?.({ config });
      return new proto.ConfigureResponse()
        .setAcceptsecrets(plugin.acceptSecrets ?? false)
        .setSupportspreview(true)
        .setSupportsAutonamingConfiguration(true);
    }),
    invoke: unary(async (request, signal) => {
      const token = request.getTok();
      const invokes = plugin.invokes ?? {};
      const invoke = Object.hasOwn(invokes, token) ? invokes[token] : undefined;
      if (!invoke) throw unsupported(plugin, "function", token, Object.keys(invokes));
      const args = decodeMap(request.getArgs());
      const { result, failures } = await invoke({
        token,
        args,
        preview: request.getPreview(),
        signal,
      });
      return new proto.InvokeResponse()
        .setReturn(encodeMap(result))
        .setFailuresList(failureMessages(failures));
    }),
    check: unary(async (request, signal) => {
      const [handler, context] = resource(request, signal);
      return checkResponse(
        await handler.check({
          ...context,
          olds: decodeMap(request.getOlds()),
          news: decodeMap(request.getNews()),
          randomSeed: request.getRandomseed_asU8(),
          autonaming: autonamingOf(request),
        }),
      );
    }),
    diff: unary(async (request, signal) => {
      const [handler, context] = resource(request, signal);
      return diffResponse(
        await handler.diff({
          ...context,
          id: request.getId(),
          oldInputs: decodeMap(request.getOldInputs()),
          oldState: decodeMap(request.getOlds()),
          news: decodeMap(request.getNews()),
          ignoreChanges: request.getIgnorechangesList(),
        }),
      );
    }),
    create: unary(
      async (request, signal) => {
        const [handler, context] = resource(request, signal);
        const { id, state } = await handler.create({
          ...context,
          news: decodeMap(request.getProperties()),
          preview: request.getPreview(),
          timeoutSeconds: request.getTimeout() || undefined,
        });
        return new proto.CreateResponse().setId(id).setProperties(encodeMap(state));
      },
      (request) => request.getTimeout(),
    ),
    read: unary(async (request, signal) => {
      const [handler, context] = resource(request, signal);
      const found = await handler.read({
        ...context,
        id: request.getId(),
        state: decodeMap(request.getProperties()),
        inputs: decodeMap(request.getInputs()),
      });
      // An empty id is how the engine is told that the resource is gone.
      if (!found) return new proto.ReadResponse();
      return new proto.ReadResponse()
        .setId(found.id)
        .setProperties(encodeMap(found.state))
        .setInputs(encodeMap(found.inputs));
    }),
    update: unary(
      async (request, signal) => {
        const [handler, context] = resource(request, signal);
        const { state } = await handler.update({
          ...context,
          id: request.getId(),
          oldInputs: decodeMap(request.getOldInputs()),
          oldState: decodeMap(request.getOlds()),
          news: decodeMap(request.getNews()),
          ignoreChanges: request.getIgnorechangesList(),
          preview: request.getPreview(),
          timeoutSeconds: request.getTimeout() || undefined,
        });
        return new proto.UpdateResponse().setProperties(encodeMap(state));
      },
      (request) => request.getTimeout(),
    ),
    delete: unary(
      async (request, signal) => {
        const [handler, context] = resource(request, signal);
        await handler.delete({
          ...context,
          id: request.getId(),
          oldInputs: decodeMap(request.getOldInputs()),
          state: decodeMap(request.getProperties()),
          timeoutSeconds: request.getTimeout() || undefined,
        });
        return new Empty();
      },
      (request) => request.getTimeout(),
    ),
    cancel: (_call, callback) => {
      calls.cancel("the update was cancelled");
      callback(null, new Empty());
    },
  };
}

function unsupported(
  plugin: Plugin,
  what: string,
  token: string,
  known: readonly string[],
): InvalidRequestError {
  const served = known.length > 0 ? known.join(", ") : "none";
  return new InvalidRequestError(
    `the embedded ${plugin.name} plugin does not support the ${what} ${token}; it supports: ${served}. ` +
      `The official plugin ${plugin.name} ${plugin.version} may.`,
  );
}

/** URNs read `urn:pulumi:<stack>::<project>::<type$of$parents$type>::<name>`. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
