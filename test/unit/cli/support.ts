import type { DeployEvent, EventBody, ResourceEvent, ResourceOp } from "../../../automation/events";
import { createModel, reduce } from "../../../automation/cli/render/model";
import type { Model } from "../../../automation/cli/render/model";
import { createStyle } from "../../../automation/cli/render/style";
import type { View } from "../../../automation/cli/render/tree";
import type { ServiceObservation, UpResult } from "../../../automation/results";

/** The moment at which every made-up operation begins. */
export const start = Date.parse("2025-01-02T03:04:05.000Z");

export const plainStyle = createStyle({ color: false, unicode: true });
export const asciiStyle = createStyle({ color: false, unicode: false });

/** A view that reads well in a test: no colours, wide, at `seconds` after the start. */
export function viewAt(seconds: number, view: Partial<View> = {}): View {
  return { width: 90, now: start + seconds * 1000, frame: 0, style: plainStyle, ...view };
}

/** Stamps a body as the event of an operation, `seconds` after its start. */
export function at(seconds: number, body: EventBody): DeployEvent {
  const time = new Date(start + seconds * 1000).toISOString();
  return { sequence: 1, time, operation: "up", stack: "dev", ...body };
}

const stack = "urn:pulumi:dev::landfall::pulumi:pulumi:Stack::landfall-dev";

/** `Container api-1` under `ApiService api`: a type, a name, and the parent's in the same way. */
export function urnOf(label: string): string {
  const [type = "", name = ""] = label.split(" ");
  if (type === "Stack") return stack;
  return `urn:pulumi:dev::landfall::${tokenOf(type)}::${name}`;
}

function tokenOf(type: string): string {
  const component = /(Service|Environment|Frontend|Postgres|Cache|Job)$/.test(type);
  return component ? `landfall:index:${type}` : `docker:index/${type.toLowerCase()}:${type}`;
}

type Resource = Partial<Pick<ResourceEvent, "keys" | "planned" | "durationMs">>;

/** The event of a step on the resource `label` under `parent`. */
export function step(
  seconds: number,
  label: string,
  parent: string,
  op: ResourceOp,
  state: ResourceEvent["state"],
  more: Resource = {},
): DeployEvent {
  const urn = urnOf(label);
  const [, , type = "", name = ""] = urn.replace("urn:pulumi:", "").split("::");
  const body = { urn, type, name, parent: urnOf(parent), op, state };
  return at(seconds, { kind: "resource", keys: [], planned: false, ...body, ...more });
}

/** A model that has seen the events. */
export function modelOf(events: readonly DeployEvent[], title = "up dev"): Model {
  const model = createModel(title, start);
  for (const event of events) reduce(model, event);
  return model;
}

/** An update of the api, half way: a new container is made beside the old one, the image is built. */
export function redeploy(): DeployEvent[] {
  return [
    at(0, { kind: "phase", phase: "update", state: "started" }),
    step(0.1, "Stack dev", "Stack dev", "same", "done"),
    step(0.2, "Environment dev", "Stack dev", "same", "done"),
    step(0.3, "Network dev-net", "Environment dev", "same", "done"),
    step(0.4, "ApiService api", "Stack dev", "same", "done"),
    step(0.5, "Image api-image", "ApiService api", "update", "started", { keys: ["build"] }),
    step(4.5, "Image api-image", "ApiService api", "update", "done", { durationMs: 4000 }),
    step(4.6, "Container api-9c1d-0", "ApiService api", "create", "started"),
    step(4.6, "Container api-9c1d-1", "ApiService api", "create", "started"),
    step(6.0, "Container api-9c1d-0", "ApiService api", "create", "done", { durationMs: 1400 }),
  ];
}

export const observed: ServiceObservation = {
  service: "api",
  state: "matches",
  intended: {
    image: "landfall-api:9c1d",
    digest: "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    revision: "9c1d",
    replicas: 2,
  },
  containers: [
    { name: "api-9c1d-0", state: "running", health: "healthy" },
    { name: "api-9c1d-1", state: "running", health: "healthy" },
  ],
  reasons: [],
};

/** The result of an update that went well. */
export function deployed(more: Partial<UpResult> = {}): UpResult {
  return {
    stack: "dev",
    changes: { create: 2, update: 1, replace: 0, delete: 2, same: 21 },
    resources: [],
    diagnostics: [],
    phases: [
      { phase: "prepare", durationMs: 800 },
      { phase: "update", durationMs: 12_100 },
      { phase: "verify", durationMs: 1100 },
    ],
    durationMs: 14_000,
    verdict: "deployed",
    release: 7,
    services: [observed],
    images: [],
    probes: [],
    urls: { webUrl: "http://127.0.0.1:8080", apiUrl: "http://127.0.0.1:3000" },
    unverified: [],
    recovered: [],
    ...more,
  };
}
