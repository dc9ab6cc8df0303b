import { PassThrough } from "node:stream";

import type Docker from "dockerode";

import { CLI_PORT } from "../../../components/docker/dynamic/router/files";
import { parseSlots } from "../../../components/docker/dynamic/router/haproxy";

const answerTimeoutMs = 8000;

/**
 * How the router sees each container at this moment: `ready`, `drain`, `maint`, or `down` for one that is ready
 * but fails its checks. Empty where there is no router, or none that answers.
 */
export async function upstreamsOf(
  docker: Docker,
  router: string | undefined,
): Promise<ReadonlyMap<string, string>> {
  if (router === undefined) return new Map();
  const output = await askRouter(docker, router, "show servers state").catch(() => "");
  const slots = [...parseSlots(output, new Map()).values()].flat();
  return new Map(
    slots.flatMap(({ name, state, up }): [string, string][] =>
      name === undefined ? [] : [[name, state === "ready" && !up ? "down" : state]],
    ),
  );
}

/** What the process that serves answers to a command of its command line. */
export async function askRouter(docker: Docker, router: string, command: string): Promise<string> {
  // Without a prompt it would wait, after the answer, for a client that can close one half of a connection.
  const input = `prompt\\n@1 ${command}\\nquit\\n`;
  const question = `exec 3<>/dev/tcp/127.0.0.1/${CLI_PORT} && printf '${input}' >&3 && timeout 5 cat <&3`;
  const exec = await docker.getContainer(router).exec({
    Cmd: ["bash", "-c", question],
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({});
  const out = new PassThrough({ encoding: "utf8" });
  docker.modem.demuxStream(stream, out, new PassThrough().resume());
  const limit = setTimeout(() => stream.destroy(), answerTimeoutMs);
  stream.once("close", () => out.end());
  stream.once("end", () => out.end());
  try {
    let text = "";
    for await (const chunk of out) text += String(chunk);
    return text.replace(/^(?:(?:master|\d+)> )+/gm, "");
  } finally {
    clearTimeout(limit);
  }
}
