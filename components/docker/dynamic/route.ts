import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { DockerError, foundNotRunning } from "./client";
import { changedInputs, verdict } from "../../dynamic/diff";
import { checked, checkInputs, parsedInputs } from "../../dynamic/inputs";
import { applyPart } from "./router/apply";
import { CLI_PORT, HEALTH_PORT } from "./router/files";
import { partOf } from "./router/part";
import { RouterSession } from "./router/session";
import { readParts } from "./router/store";
import type { RouteInputs, RouteOutputs } from "./types";
import { routeSchema } from "./validate";

const DEFAULT_DRAIN_SECONDS = 30;
const KEYS = Object.keys(routeSchema.shape);

/** A service's part of the router. */
export const route = {
  check(_olds, news) {
    const failures = checkInputs(routeSchema, news);
    if (failures.length === 0 && Array.isArray(news.listen)) {
      news.listen.forEach(({ port }, index) => {
        if (port !== CLI_PORT && port !== HEALTH_PORT) return;
        const reason = `must not be ${CLI_PORT} or ${HEALTH_PORT}: the router itself listens there, received ${port}`;
        failures.push({ property: `listen.${index}.port`, reason });
      });
    }
    return Promise.resolve(checked(news, failures));
  },

  diff(_id, olds, news) {
    return Promise.resolve(verdict(changedInputs(olds, news, KEYS), ["service"]));
  },

  async create(props) {
    const inputs = inputsOf(props);
    return { id: inputs.service, outs: await applied(inputs) };
  },

  async update(_id, _olds, news) {
    return { outs: await applied(inputsOf(news)) };
  },

  async read(id, props) {
    if (props === undefined) throw new Error(`route "${id}" cannot be imported: deploy it instead`);
    const part = await storedPart(props.router, id);
    if (part === undefined) return {};
    const expected = partOf(inputsOf(props), part);
    if (JSON.stringify(part) === JSON.stringify(expected)) return { id, props };
    // What somebody else wrote counts as drift of the servers, the part that changes with every deployment.
    return {
      id,
      props: { ...props, servers: part.servers, upstreams: part.servers.map(upstream) },
    };
  },

  async delete(id, props) {
    const drainSeconds = props.drainSeconds ?? DEFAULT_DRAIN_SECONDS;
    try {
      await applyPart(props.router, id, () => undefined, drainSeconds);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  },
} satisfies ResourceProvider<RouteInputs, RouteOutputs>;

function inputsOf(props: object): RouteInputs {
  return parsedInputs(routeSchema, props);
}

async function applied(inputs: RouteInputs): Promise<RouteOutputs> {
  const mode = await applyPart(
    inputs.router,
    inputs.service,
    (previous) => partOf(inputs, previous),
    inputs.drainSeconds ?? DEFAULT_DRAIN_SECONDS,
  );
  return { ...inputs, upstreams: inputs.servers.map(upstream), mode };
}

async function storedPart(router: string, service: string) {
  try {
    const parts = await RouterSession.with(router, readParts);
    return parts.find((part) => part.service === service);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function upstream(server: { name: string; port: number }): string {
  return `${server.name}:${server.port}`;
}

// Without a container, or with one that does not run, there is no router that could serve anything.
function isGone(error: unknown): boolean {
  return foundNotRunning(error) || (error instanceof DockerError && error.status === 404);
}
