import type { ResourceHandler } from "../../host";
import type { Daemon } from "../client/daemon";
import { createContainer } from "../container/create";
import { imported } from "../container/imported";
import { inspected } from "../container/inspected";
import { checkContainer } from "../container/check";
import { removeContainer } from "../container/remove";
import { updateContainer } from "../container/update";
import { container as schema } from "../schema/container";
import { bridged } from "./bridged";

export function containerResource(daemon: () => Daemon): ResourceHandler {
  const handler = bridged(schema, {
    create: (context, inputs) => createContainer(daemon(), context, inputs),
    async read(_context, id, recorded) {
      const info = await daemon().find("inspect the container", (docker) =>
        docker.getContainer(id).inspect(),
      );
      if (info === undefined) return undefined;
      const values =
        Object.keys(recorded).length === 0
          ? await imported(daemon(), info)
          : inspected(info, recorded);
      return { id: info.Id, values };
    },
    update: (context, id, old, next) => updateContainer(daemon(), context, id, old, next),
    remove: (context, id, state) => removeContainer(daemon(), context, id, state),
  });
  return {
    ...handler,
    async check(request) {
      const checked = await handler.check(request);
      const failures = [...(checked.failures ?? []), ...checkContainer(checked.inputs)];
      return { inputs: checked.inputs, failures };
    },
  };
}
