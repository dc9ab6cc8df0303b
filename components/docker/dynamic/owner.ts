import { randomBytes } from "node:crypto";
import { ask, docker, dockerHost } from "./client";
import { NO_OWNER, ownerIn } from "./ownerLabel";
import type { PortCheckInputs } from "./types";

const NAMES_SHOWN = 8;

/** What a stack's check has in state from an earlier update; empty for a stack that is deployed for the first time. */
type Earlier = Partial<Pick<PortCheckInputs, "owner" | "ports">>;

/**
 * The owner of a stack's objects: what its state knows, else what its program asks for, else a new one. A stack that was
 * deployed before there were owners keeps its objects as they are: a new label would replace them, data included.
 */
export function ownerOf(earlier: Earlier, asked: string | undefined): string {
  const known = earlier.owner ?? (earlier.ports === undefined ? undefined : NO_OWNER);
  return known ?? asked ?? randomBytes(8).toString("hex");
}

type Kind = "container" | "network" | "volume";

interface OwnedObject {
  readonly kind: Kind;
  readonly name: string;
  readonly owner: string;
}

/**
 * Why a stack may not be deployed to this Docker engine: objects of the same project and stack belong to another
 * deployment. Undefined when nothing is in the way.
 *
 * @param first Whether the stack is deployed for the first time: then even objects of its own are none that its state knows.
 */
export async function strangers(
  inputs: Pick<PortCheckInputs, "owner" | "stackLabels">,
  first: boolean,
): Promise<string | undefined> {
  const { owner = NO_OWNER, stackLabels } = inputs;
  if (stackLabels === undefined) return undefined;
  const found = await objectsWith(stackLabels);
  const other = found.find((each) => each.owner !== owner)?.owner;
  if (other !== undefined) {
    const theirs = found.filter((each) => each.owner === other);
    return refusal(stackLabels, theirs, other);
  }
  const running = first ? found.filter(({ kind }) => kind !== "volume") : [];
  return running.length === 0 ? undefined : leftovers(owner, running);
}

async function objectsWith(stackLabels: Readonly<Record<string, string>>): Promise<OwnedObject[]> {
  const label = Object.entries(stackLabels).map(([name, value]) => `${name}=${value}`);
  const options = { filters: { label } };
  const [containers, networks, { Volumes: volumes }] = await ask(
    "look for objects of other deployments",
    () =>
      Promise.all([
        docker().listContainers({ all: true, ...options }),
        docker().listNetworks(options),
        docker().listVolumes(options),
      ]),
  );
  const owned = (kind: Kind, name: string, labels: Record<string, string> | null): OwnedObject => {
    return { kind, name, owner: ownerIn(labels) };
  };
  return [
    ...containers.map(({ Names: [name = ""], Labels }) =>
      owned("container", name.replace(/^\//, ""), Labels),
    ),
    ...networks.map(({ Name, Labels }) => owned("network", Name, Labels ?? null)),
    ...volumes.map(({ Name, Labels }) => owned("volume", Name, Labels)),
  ];
}

function refusal(
  stackLabels: Readonly<Record<string, string>>,
  theirs: readonly OwnedObject[],
  owner: string,
): string {
  const who = owner === NO_OWNER ? "made before owners were recorded" : `owner ${owner}`;
  const stack = Object.values(stackLabels).join("/");
  const onlyData = theirs.every(({ kind }) => kind === "volume");
  const isHeld = `${stack} on the Docker engine at ${dockerHost()} belongs to another deployment (${who})`;
  const what = onlyData ? "it left data behind" : "these are its objects";
  const takeOver = `to take ${onlyData ? "the data" : "its volumes"} over, set the environment's docker.owner (landfall:owner) to "${owner}"`;
  const todo = onlyData
    ? `deploy under another stack name; or, if its state is lost or will not be used again, ${takeOver}; or remove the volumes`
    : "deploy under another stack name, or destroy that deployment from where it was made; " +
      `or, if its state is lost, remove its containers and networks and, ${takeOver}`;
  return `${isHeld}; ${what}: ${listed(theirs)}. Nothing of it was touched: ${todo}`;
}

function leftovers(owner: string, objects: readonly OwnedObject[]): string {
  return (
    `owner ${owner} is taken over without a state, and only volumes can be; remove first what would be in the way: ` +
    listed(objects)
  );
}

function listed(objects: readonly OwnedObject[]): string {
  const names = objects.slice(0, NAMES_SHOWN).map(({ kind, name }) => `${kind} "${name}"`);
  const more = objects.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
