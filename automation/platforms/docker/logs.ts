import { belongsTo, dockerClient, dockerError, labels, ownerOf, stackFilter } from "./client";
import type { LogSource, LogsAdapter } from "../types";
import { containerLines } from "./logLines";

/** The containers of a stack, and what they print. */
export const logs = {
  lookAgainMs: 2000,

  async sources({ env, project, shortStack }, { state }) {
    const docker = dockerClient(env);
    const owner = ownerOf(state);
    const filters = stackFilter(project.name, shortStack);
    const all = await docker.listContainers({ all: true, filters }).catch((error: unknown) => {
      throw dockerError(error, "listing the stack's containers");
    });
    const mine = all.filter(({ Labels: own }) => belongsTo(owner, own));
    return mine.map(({ Id: id, Names: names, Labels: own }): LogSource => {
      const name = names[0]?.replace(/^\//, "") ?? id;
      const replica = Number(own[labels.replica]);
      return {
        id,
        name,
        service: own[labels.service] ?? own[labels.role] ?? name,
        ...(own[labels.replica] === undefined || Number.isNaN(replica) ? {} : { replica }),
      };
    });
  },

  lines({ env, context }, { id }, { since, tail }) {
    return containerLines(dockerClient(env), id, {
      follow: false,
      signal: context.signal,
      ...(since === undefined ? {} : { since: String(since / 1000) }),
      ...(tail === undefined ? {} : { tail }),
    });
  },

  follow({ env, context }, { id }, { since }) {
    // A container may say nothing for hours.
    return containerLines(dockerClient(env, 0), id, {
      follow: true,
      signal: context.signal,
      ...(since === undefined ? {} : { since: String(since / 1000) }),
    });
  },
} satisfies LogsAdapter;
