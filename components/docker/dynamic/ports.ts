import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { whoHolds } from "../../../toolchain/ports";
import type { PortHolder } from "../../../toolchain/ports";
import { DockerError } from "./client";
import { changedInputs, hasUnknown, verdict } from "../../dynamic/diff";
import { checked, checkInputs, parsedInputs } from "../../dynamic/inputs";
import { ownerOf, strangers } from "./owner";
import { NO_OWNER, ownerIn } from "./ownerLabel";
import type { PortCheckInputs, PortCheckOutputs } from "./types";
import { portsSchema } from "./validate";

const KEYS = Object.keys(portsSchema.shape);

/**
 * Tells before anything is created which ports are taken, and by whom, and whether another deployment has the stack's
 * names. It also keeps the id of the deployment: checked inputs stay in the stack's state, and previews know them.
 */
export const ports = {
  async check(olds, news) {
    const asked = news.owner;
    const owner =
      news.stackLabels === undefined ? {} : { owner: ownerOf(olds, asked ?? undefined) };
    const inputs = { ...news, ...owner };
    const failures = checkInputs(portsSchema, inputs);
    if (typeof asked === "string" && owner.owner !== undefined && asked !== owner.owner) {
      const reason = `must stay "${owner.owner}", which the stack's objects carry, received "${asked}"`;
      failures.push({ property: "owner", reason });
    }
    if (failures.length > 0 || hasUnknown(inputs)) return checked(inputs, failures);
    const parsed = parsedInputs(portsSchema, inputs);
    // Without a daemon there is nothing to look at; creating needs one, previewing does not.
    const stranger = await strangers(parsed, isFirst(olds)).catch(unlessAway);
    if (stranger !== undefined) failures.push({ property: "owner", reason: stranger });
    const taken = await takenPorts(parsed);
    failures.push(...taken.map((reason) => ({ property: "ports", reason })));
    return checked(inputs, failures);
  },

  diff(_id, olds, news) {
    return Promise.resolve(verdict(changedInputs(olds, news, KEYS)));
  },

  async create(props) {
    const inputs = parsedInputs(portsSchema, props);
    await failIfRefused(inputs, true);
    return { id: "ports", outs: inputs };
  },

  async update(_id, _olds, news) {
    const inputs = parsedInputs(portsSchema, news);
    await failIfRefused(inputs, false);
    return { outs: inputs };
  },

  read(id, props) {
    return Promise.resolve({ id, props });
  },

  delete() {
    return Promise.resolve();
  },
} satisfies ResourceProvider<PortCheckInputs, PortCheckOutputs>;

/** Whether there is no state of the check yet. */
function isFirst(olds: Partial<PortCheckInputs>): boolean {
  return olds.ports === undefined;
}

function unlessAway(error: unknown): undefined {
  if (error instanceof DockerError && error.status === undefined) return undefined;
  throw error;
}

async function failIfRefused(inputs: PortCheckInputs, first: boolean): Promise<void> {
  const stranger = await strangers(inputs, first);
  if (stranger !== undefined) throw new Error(stranger);
  const taken = await takenPorts(inputs);
  if (taken.length > 0) throw new Error(taken.join("\n"));
}

async function takenPorts(inputs: PortCheckInputs): Promise<string[]> {
  const holders = await Promise.all(
    inputs.ports.map(async (wanted) => ({
      ...wanted,
      holder: await whoHolds(wanted.port, inputs.bindAddress),
    })),
  );
  return holders.flatMap(({ port, usedBy, holder }) => {
    if (holder === undefined || isOwnRouter(holder, inputs)) return [];
    return [
      `port ${port} of ${inputs.bindAddress}, wanted for ${usedBy}, is held by ${described(holder)}: ` +
        "stop that, or choose another port",
    ];
  });
}

function isOwnRouter(holder: PortHolder, inputs: PortCheckInputs): boolean {
  const { owner = NO_OWNER, stackLabels, routerLabels } = inputs;
  if (stackLabels !== undefined && ownerIn(holder.labels) !== owner) return false;
  return Object.entries(routerLabels).every(([label, value]) => holder.labels?.[label] === value);
}

function described(holder: PortHolder): string {
  if (holder.kind === "container") return `container "${holder.name}"`;
  return holder.pid === undefined ? holder.name : `process ${holder.pid} (${holder.name})`;
}
