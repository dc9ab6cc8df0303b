import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { whoHolds } from "../../../toolchain/ports";
import type { PortHolder } from "../../../toolchain/ports";
import { changedInputs, hasUnknown, verdict } from "./diff";
import type { PortCheckInputs, PortCheckOutputs } from "./types";
import { checked, checkInputs, parsedInputs, portsSchema } from "./validate";

const KEYS = Object.keys(portsSchema.shape);

/** Tells before anything is created which ports are taken, and by whom. */
export const ports = {
  async check(_olds, news) {
    const failures = checkInputs(portsSchema, news);
    if (failures.length > 0 || hasUnknown(news)) return checked(news, failures);
    const taken = await takenPorts(parsedInputs(portsSchema, news));
    return checked(
      news,
      taken.map((reason) => ({ property: "ports", reason })),
    );
  },

  diff(_id, olds, news) {
    return Promise.resolve(verdict(changedInputs(olds, news, KEYS)));
  },

  async create(props) {
    const inputs = parsedInputs(portsSchema, props);
    await failIfTaken(inputs);
    return { id: "ports", outs: inputs };
  },

  async update(_id, _olds, news) {
    const inputs = parsedInputs(portsSchema, news);
    await failIfTaken(inputs);
    return { outs: inputs };
  },

  read(id, props) {
    return Promise.resolve({ id, props });
  },

  delete() {
    return Promise.resolve();
  },
} satisfies ResourceProvider<PortCheckInputs, PortCheckOutputs>;

async function failIfTaken(inputs: PortCheckInputs): Promise<void> {
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
  return Object.entries(inputs.routerLabels).every(
    ([label, value]) => holder.labels?.[label] === value,
  );
}

function described(holder: PortHolder): string {
  if (holder.kind === "container") return `container "${holder.name}"`;
  return holder.pid === undefined ? holder.name : `process ${holder.pid} (${holder.name})`;
}
