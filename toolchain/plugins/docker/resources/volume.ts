import { setTimeout as sleep } from "node:timers/promises";
import type { CallContext, PropertyMap, ResourceHandler } from "../../host";
import { labelBlocks, labelMap, text, textMap } from "../bridge/read";
import type { Daemon } from "../client/daemon";
import { DaemonError } from "../client/errors";
import { volume as schema } from "../schema/small";
import { bridged } from "./bridged";
import type { Found } from "./bridged";

const inUseTimeoutMs = 30_000;
const retryMs = 500;

export function volumeResource(daemon: () => Daemon): ResourceHandler {
  return bridged(schema, {
    create: (context, inputs) => createVolume(daemon(), context, inputs),
    read: (_context, id) => readVolume(daemon(), id),
    remove: (context, id) => removeVolume(daemon(), context, id),
  });
}

async function createVolume(
  daemon: Daemon,
  context: CallContext,
  inputs: PropertyMap,
): Promise<Found> {
  const name = text(inputs, "name") ?? "";
  if ((await readVolume(daemon, name)) !== undefined)
    context.log.warning(`The volume "${name}" existed already: its data is taken over`);
  const options = textMap(inputs, "driverOpts");
  const driver = text(inputs, "driver");
  await daemon.ask(`create the volume "${name}"`, (docker) =>
    docker.createVolume({
      Name: name,
      Labels: labelMap(inputs),
      ...(driver === undefined ? {} : { Driver: driver }),
      ...(options === undefined ? {} : { DriverOpts: options }),
      abortSignal: context.signal,
    }),
  );
  const found = await readVolume(daemon, name);
  if (found === undefined)
    throw new Error(`The volume "${name}" was gone right after its creation`);
  return found;
}

async function readVolume(daemon: Daemon, name: string): Promise<Found | undefined> {
  const info = await daemon.find("inspect the volume", (docker) =>
    docker.getVolume(name).inspect(),
  );
  if (info === undefined) return undefined;
  const options = Object.entries(info.Options ?? {});
  return {
    id: info.Name,
    values: {
      name: info.Name,
      labels: labelBlocks(info.Labels),
      driver: info.Driver,
      driverOpts: options.length === 0 ? null : Object.fromEntries(options),
      mountpoint: info.Mountpoint,
    },
  };
}

/** A container's removal frees its volumes a moment later. */
async function removeVolume(daemon: Daemon, context: CallContext, name: string): Promise<void> {
  const deadline = Date.now() + inUseTimeoutMs;
  for (;;) {
    try {
      await daemon.find("remove the volume", (docker) =>
        docker.getVolume(name).remove({ force: true }),
      );
      return;
    } catch (error) {
      if (!(error instanceof DaemonError) || error.status !== 409) throw error;
      if (Date.now() >= deadline) throw await stillInUse(daemon, name, error);
      context.log.status("waiting until no container uses it");
      await sleep(retryMs, undefined, { signal: context.signal });
    }
  }
}

async function stillInUse(daemon: Daemon, name: string, cause: DaemonError): Promise<Error> {
  const users = await daemon.ask("list containers", (docker) =>
    docker.listContainers({ all: true, filters: { volume: [name] } }),
  );
  const names = users.map(({ Names, Id }) => (Names[0] ?? Id).replace(/^\//, ""));
  return new Error(
    `The volume "${name}" is still used by ${names.join(", ")} after ${inUseTimeoutMs / 1000} s: remove those containers first`,
    { cause },
  );
}
