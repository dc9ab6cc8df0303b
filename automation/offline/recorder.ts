import type * as pulumi from "@pulumi/pulumi";
import type {
  RegisterResourceRequest,
  RegisterResourceResponse,
} from "@pulumi/pulumi/proto/resource_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { asSecret } from "../../policies/wire";
import { providerOutputs } from "./answers";
import { awsInvoke } from "./awsAnswers";

/** A resource as the program has registered it, with its inputs as they are on the wire. */
export interface Recorded {
  urn: string;
  type: string;
  name: string;
  parent: string;
  protect: boolean;
  dependsOn: string[];
  wire: Record<string, unknown>;
}

type Runtime = typeof pulumi.runtime;
type Answer = (error: unknown, response?: RegisterResourceResponse) => void;

/** The one call of the SDK's mocks that is listened to. */
interface Monitor {
  registerResource: (request: RegisterResourceRequest, answer: Answer) => unknown;
}

/**
 * Plays the engine and the providers to a program. The SDK's mocks do; they pass on neither parents nor protection, so
 * the request itself is read as well. What a provider keeps secret stays a secret.
 */
export async function recordResources(
  runtime: Runtime,
  { project, stack }: { project: string; stack: string },
): Promise<readonly Recorded[]> {
  const recorded: Recorded[] = [];
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        const given = inputs as Record<string, unknown>;
        const state = { ...given, ...providerOutputs(type, name, given) };
        // Of what is not imported there is none: the SDK passes an empty one on.
        return { id: id === undefined || id === "" ? `${name}-id` : id, state };
      },
      call: ({ token, inputs }) => {
        const answer = awsInvoke(token, inputs as Record<string, unknown>);
        if (answer !== undefined) return answer;
        throw new Error(`${token} is asked of the provider, and offline there is none to answer`);
      },
    },
    project,
    stack,
    true,
  );
  const monitor = runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, answer) =>
    register(request, (error, response) => {
      if (response !== undefined) {
        keepSecrets(request, response);
        recorded.push(recordOf(request, response.getUrn()));
      }
      answer(error, response);
    });
  return recorded;
}

function recordOf(request: RegisterResourceRequest, urn: string): Recorded {
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent(),
    protect: request.getProtect() === true,
    dependsOn: request.getDependenciesList(),
    wire: request.getObject()?.toJavaScript() ?? {},
  };
}

function keepSecrets(request: RegisterResourceRequest, response: RegisterResourceResponse): void {
  const names = request.getAdditionalsecretoutputsList();
  const state = response.getObject()?.toJavaScript();
  if (names.length === 0 || state === undefined) return;
  const kept = Object.entries(state).map(([key, value]) => [
    key,
    names.includes(key) ? asSecret(value) : value,
  ]);
  response.setObject(Struct.fromJavaScript(Object.fromEntries(kept) as Record<string, never>));
}
