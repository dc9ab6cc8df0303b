import { createHash } from "node:crypto";
import type { Container } from "dockerode";
import type { CallContext, PropertyMap } from "../../host";
import { blocks, flag, text } from "../bridge/read";
import type { Daemon } from "../client/daemon";
import { statusOf } from "../client/errors";
import { ensureImage } from "../images/ensure";
import type { Found } from "../resources/bridged";
import { uploadArchive } from "./archive";
import { failureDetail } from "./failure";
import { inspected } from "./inspected";
import { runJob } from "./job";
import { connectNetworks } from "./networks";
import { createRequest } from "./request";
import { waitUntilHealthy } from "./wait";

/** Marks who made a container from what, so that one left behind by a killed update is known again. */
const createLabel = "landfall.create";

/** Creates, connects, fills and starts a container; one that cannot become what it should is removed again. */
export async function createContainer(
  daemon: Daemon,
  context: CallContext,
  inputs: PropertyMap,
): Promise<Found> {
  const image = text(inputs, "image") ?? "";
  await ensureImage(daemon, context, image, text(inputs, "platform"));
  const uploads = blocks(inputs, "uploads");
  const archive = uploads.length === 0 ? undefined : await uploadArchive(uploads);
  const container = await create(daemon, context, inputs);
  try {
    await connectNetworks(daemon, container, inputs);
    if (archive !== undefined)
      await daemon.ask("put the uploads into the container", () =>
        container.putArchive(archive, { path: "/", abortSignal: context.signal }),
      );
    return { id: container.id, values: await run(daemon, context, container, inputs) };
  } catch (cause) {
    const detail = await failureDetail(daemon, container, inputs, cause);
    await discard(daemon, context, container);
    throw new Error(detail, { cause });
  }
}

async function create(
  daemon: Daemon,
  context: CallContext,
  inputs: PropertyMap,
): Promise<Container> {
  const mark = markOf(context.urn, inputs);
  const request = createRequest(inputs);
  const what = `create the container "${request.name}" from ${request.Image}`;
  const attempt = (): Promise<Container> =>
    daemon.ask(what, (docker) =>
      docker.createContainer({
        ...request,
        Labels: { ...request.Labels, [createLabel]: mark },
        abortSignal: context.signal,
      }),
    );
  try {
    return await attempt();
  } catch (error) {
    if (statusOf(error) !== 409 || request.name === undefined) throw error;
    await removeLeftover(daemon, context, request.name, mark, error);
    return attempt();
  }
}

/** The name is taken: by what an interrupted run of the very same creation left, or by something of the user's. */
async function removeLeftover(
  daemon: Daemon,
  context: CallContext,
  name: string,
  mark: string,
  conflict: unknown,
): Promise<void> {
  const holder = await daemon.find(`look at the container "${name}"`, (docker) =>
    docker.getContainer(name).inspect(),
  );
  if (holder === undefined) return;
  if (holder.Config.Labels[createLabel] !== mark)
    throw new Error(
      `The name "${name}" is taken by the container ${holder.Id.slice(0, 12)} (image ${holder.Config.Image}, ` +
        `${holder.State.Status}). Remove it with \`docker rm -f ${name}\`, import it with \`pulumi import\`, ` +
        "or choose another name",
      { cause: conflict },
    );
  context.log.warning(`Removing the container "${name}" that an interrupted update left behind`);
  await daemon.find("remove the leftover container", (docker) =>
    docker.getContainer(holder.Id).remove({ force: true, v: true }),
  );
}

function markOf(urn: string, inputs: PropertyMap): string {
  return createHash("sha256")
    .update(JSON.stringify([urn, inputs]))
    .digest("hex")
    .slice(0, 16);
}

async function run(
  daemon: Daemon,
  context: CallContext,
  container: Container,
  inputs: PropertyMap,
): Promise<PropertyMap> {
  if (flag(inputs, "start")) {
    if (flag(inputs, "attach")) return runJob(daemon, context, container, inputs);
    await daemon.ask("start the container", () => container.start({ abortSignal: context.signal }));
    if (flag(inputs, "wait")) await waitUntilHealthy(daemon, context, container, inputs);
  }
  const info = await daemon.ask("inspect the container", () => container.inspect());
  if (!info.State.Running && flag(inputs, "start") && inputs.mustRun !== false)
    context.log.warning(
      `The container "${text(inputs, "name")}" ended right after its start with exit code ${info.State.ExitCode}`,
    );
  return inspected(info, inputs);
}

/** Not under the call's signal: what is cancelled must not leave anything behind either. */
async function discard(daemon: Daemon, context: CallContext, container: Container): Promise<void> {
  try {
    await daemon.find("remove the half-made container", () =>
      container.remove({ force: true, v: true }),
    );
  } catch (error) {
    context.log.warning(
      `The half-made container ${container.id.slice(0, 12)} could not be removed: ${String(error)}`,
    );
  }
}
