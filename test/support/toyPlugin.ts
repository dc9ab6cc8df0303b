import { appendFileSync } from "node:fs";
import { ResourceInitError, main as serve } from "../../toolchain/plugins/host";
import type { Plugin } from "../../toolchain/plugins/host";

/** A plugin whose one resource does as its `does` says, and writes down what was asked of it. */
export const toyPlugin: Plugin = {
  name: "toy",
  version: "1.0.0",
  resources: {
    "toy:index:Thing": {
      check: ({ news }) => ({ inputs: news }),
      diff: ({ oldInputs, news }) => ({ changes: oldInputs.does === news.does ? "none" : "some" }),
      async create({ name, news, preview, signal }) {
        if (preview) return { id: "", state: news };
        journal(`create ${name}`);
        if (news.does === "fail half-way") {
          throw new ResourceInitError("it never became healthy", { id: "half", state: news });
        }
        if (news.does === "wait") {
          await new Promise((_, reject) => {
            signal.addEventListener("abort", () => {
              journal(`aborted ${name}`);
              reject(signal.reason as Error);
            });
          });
        }
        return { id: name, state: news };
      },
      read: ({ id, state, inputs }) => ({ id, state, inputs }),
      update({ name, news }) {
        journal(`update ${name}`);
        return { state: news };
      },
      delete({ name, id }) {
        journal(`delete ${name} ${id}`);
      },
    },
  },
};

function journal(line: string): void {
  const file = process.env.TOY_JOURNAL;
  if (file !== undefined) appendFileSync(file, `${line}\n`);
}

export function main(): Promise<void> {
  return serve(toyPlugin);
}
