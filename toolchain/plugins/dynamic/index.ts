import * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { version } from "@pulumi/pulumi/version";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Place } from "../docker/place";
import { Calls } from "../host/calls";
import type { Served } from "../host";
import { OwnProcess } from "./forward";
import type { Forwarded } from "./forward";
import { handlerOf } from "./handlers";
import * as resources from "./messages";
import type { ResourceCall } from "./messages";

/**
 * The provider of dynamic resources within the caller of the engine, for those of this package on Docker. Theirs is most of
 * the work that a process of its own is started for, and what they need is loaded here already. All others go to such a
 * process, which is started when the first of them comes.
 */
export class DynamicProvider implements Served {
  private readonly calls = new Calls();
  private readonly own: OwnProcess;

  constructor(private readonly place: Place) {
    this.own = new OwnProcess(place);
  }

  async stop(deadline: number): Promise<void> {
    await this.calls.end(deadline);
    await this.own.stop();
  }

  readonly service: Served["service"] = {
    // An engine that shakes hands has values made up by previews, which the SDK's own does not do.
    handshake: unimplemented("Handshake"),
    attach: (call, callback) => {
      this.own.engineAddress = call.request.getAddress();
      callback(null, new Empty());
    },
    getPluginInfo: (_call, callback) => {
      callback(null, new PluginInfo().setVersion(version));
    },
    configure: (call, callback) => {
      this.own.configuration = call.request;
      callback(null, new proto.ConfigureResponse());
    },
    check: this.resource("check", resources.check),
    diff: this.resource("diff", resources.diff),
    create: this.resource("create", resources.create),
    read: this.resource("read", resources.read),
    update: this.resource("update", resources.update),
    delete: this.resource("delete", resources.remove),
    // As the SDK's own: what is being done is done to its end, unless the engine itself ends.
    cancel: (_call, callback) => {
      callback(null, new Empty());
    },
    invoke: unimplemented("Invoke"),
    getSchema: unimplemented("GetSchema"),
    checkConfig: unimplemented("CheckConfig"),
    diffConfig: unimplemented("DiffConfig"),
  };

  private resource<Q, R>(
    name: Forwarded,
    { provider, answer }: ResourceCall<Q, R>,
  ): grpc.handleUnaryCall<Q, R> {
    const work = async (request: Q, signal: AbortSignal): Promise<R> => {
      const handler = await handlerOf(provider(request));
      if (handler === undefined) return this.own.call(name, request, signal);
      // Docker's client is loaded only here: the engine does not start before this provider serves.
      const { workAt } = await import("./daemon");
      return workAt(this.place, signal, () => answer(handler, request));
    };
    return (call, callback) => {
      const onLost = (lost: () => void): void => {
        call.on("cancelled", lost);
      };
      this.calls
        .run({ onLost }, (signal) => work(call.request, signal))
        .then(
          (response) => {
            callback(null, response);
          },
          (error: unknown) => {
            callback(statusOf(error));
          },
        );
    };
  }
}

/** Its message alone, as from the SDK's own: causes may hold what the message has blotted out. */
function statusOf(error: unknown): Partial<grpc.StatusObject> {
  if (isStatus(error)) return error;
  return {
    code: grpc.status.UNKNOWN,
    details: error instanceof Error ? error.message : String(error),
  };
}

/** What the other process has answered goes on as it is. */
function isStatus(error: unknown): error is grpc.ServiceError {
  return error instanceof Error && "code" in error && "details" in error && "metadata" in error;
}

function unimplemented(name: string): grpc.handleUnaryCall<unknown, never> {
  return (_call, callback) => {
    callback({
      code: grpc.status.UNIMPLEMENTED,
      details: `${name} is not implemented by the dynamic provider`,
    });
  };
}
