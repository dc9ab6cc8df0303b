import type { OutputValue } from "../results";
import type { PendingOperation, StateDeployment, StateResource } from "./types";

const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const stackType = "pulumi:pulumi:Stack";

/** What Landfall reads from a stack's exported state. */
export interface StackState {
  resources: StateResource[];
  pending: PendingOperation[];
  outputs: Record<string, OutputValue>;
  /** Every secret value in it, decrypted: for the redactor, never to be stored. */
  secrets: unknown[];
  /** Every text that it holds in plain. */
  publicTexts: ReadonlySet<string>;
}

/** Reads a state that was exported with its secrets decrypted. */
export function readState(deployment: unknown): StackState {
  const parts = (deployment ?? {}) as StateDeployment;
  const resources = parts.resources ?? [];
  const pending = parts.pending_operations ?? [];
  const secrets: unknown[] = [];
  const plain = new Set<string>();
  for (const { urn, id, inputs, outputs } of resources) {
    for (const part of [...urn.split(/::|\$/), id]) collectPlain(part, plain);
    collectPlain(inputs, plain);
    collectPlain(outputs, plain);
  }
  for (const resource of resources) {
    collectSecrets(resource.inputs, secrets);
    collectSecrets(resource.outputs, secrets);
  }
  for (const operation of pending) collectSecrets(operation.resource.inputs, secrets);
  const root = resources.find(
    ({ type, delete: deleted }) => type === stackType && deleted !== true,
  );
  const outputs = Object.fromEntries(
    Object.entries(root?.outputs ?? {}).map(([name, value]) => [name, outputValue(value)]),
  );
  return {
    resources,
    pending,
    outputs,
    secrets: secrets.flatMap((each) => partsOf(each, plain)),
    publicTexts: plain,
  };
}

/** Resources that stand for something real: no stack, no components, no providers, none on its way out. */
export function realResources(state: StackState): StateResource[] {
  return state.resources.filter(
    ({ custom, type, delete: deleted }) =>
      custom === true && deleted !== true && !type.startsWith("pulumi:providers:"),
  );
}

/** URNs of what a destroy leaves that keeps what is protected: these, and all that they depend on. */
export function keptByProtection(resources: readonly StateResource[]): ReadonlySet<string> {
  const kept = new Set<string>();
  const open = resources.filter(({ protect }) => protect === true).map(({ urn }) => urn);
  for (let urn = open.pop(); urn !== undefined; urn = open.pop()) {
    if (kept.has(urn)) continue;
    kept.add(urn);
    for (const each of resources.filter((resource) => resource.urn === urn))
      open.push(...neededBy(each));
  }
  return kept;
}

function neededBy({
  parent,
  dependencies,
  propertyDependencies,
  deletedWith,
}: StateResource): string[] {
  const ofProperties = Object.values(propertyDependencies ?? {}).flatMap((urns) => urns ?? []);
  return [parent, deletedWith, ...(dependencies ?? []), ...ofProperties].filter(
    (urn): urn is string => urn !== undefined && urn !== "",
  );
}

function outputValue(value: unknown): OutputValue {
  const found: unknown[] = [];
  collectSecrets(value, found);
  return { value: reveal(value), secret: found.length > 0 };
}

function collectSecrets(value: unknown, into: unknown[]): void {
  if (value === null || typeof value !== "object") return;
  if (isSecret(value)) into.push(plaintext(value));
  else for (const [key, item] of Object.entries(value)) if (!isOwn(key)) collectSecrets(item, into);
}

/** What providers and the engine keep for themselves repeats the inputs, with all of it marked secret. */
function isOwn(key: string): boolean {
  return key === "__inputs" || key === "__pulumi_raw_state_delta" || key === "__defaults";
}

function collectPlain(value: unknown, into: Set<string>): void {
  if (typeof value === "string" || typeof value === "number") into.add(String(value));
  if (value === null || typeof value !== "object" || isSecret(value)) return;
  for (const item of Object.values(value)) collectPlain(item, into);
}

/**
 * The values that make a secret one. One secret part marks the whole list or object around it, paths and names
 * with it: what the state shows in plain elsewhere is none, and would blot out half of every message.
 */
function partsOf(secret: unknown, plain: ReadonlySet<string>): unknown[] {
  if (secret === null || typeof secret !== "object") return [secret];
  const parts = isSecret(secret)
    ? [plaintext(secret)]
    : Object.entries(secret as Record<string, unknown>).flatMap(([key, item]) =>
        isOwn(key) ? [] : [item],
      );
  return parts
    .flatMap((part) => (typeof part === "object" ? partsOf(part, plain) : [part]))
    .filter((part) => !plain.has(String(part)) && (isSecret(secret) || !ROUTE.test(String(part))));
}

/**
 * A path of words, or a pattern of such, as the rule of a load balancer has beside a secret header. Taken for a secret, "/api"
 * would be cut out of image references and addresses, in the records of releases too. What is generated has digits or capitals.
 */
const ROUTE = /^(?:\/[a-z][a-z-]*)+(?:\/?\*)?$/;

/** A value of a state as its resource has it, secrets shown. */
export function reveal(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (isSecret(value)) return plaintext(value);
  if (Array.isArray(value)) return value.map(reveal);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reveal(item)]));
}

export interface SecretValue {
  plaintext?: string;
  /** Instead of it, where the state is encrypted. */
  ciphertext?: string;
}

/** Whether it stands for a secret value in a state. */
export function isSecret(value: object): value is SecretValue {
  return (value as Record<string, unknown>)[signature] === secretSignature;
}

function plaintext({ plaintext: text }: SecretValue): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
