import * as https from "node:https";
import * as path from "node:path";
import { engineAt } from "./engine";
import type { Declined, Engine, EngineOptions } from "./engine";
import { messageOf } from "./files";
import { packageBin } from "./paths";
import { describeFailure, runCommand } from "./run";
import { ENGINE_VERSION } from "./versions";

/** Where the official installer and the official plugins come from. */
const DOWNLOAD_HOST = "get.pulumi.com";
const PROBE_MILLISECONDS = 3_000;
const INSTALL_MILLISECONDS = 180_000;

let remembered: Promise<string | undefined> | undefined;

/** Installs the official engine by the automation API's own installer. */
export async function downloadEngine(options: EngineOptions): Promise<Engine | Declined> {
  const closed = await downloadsClosed(options.env);
  if (closed !== undefined) return { reason: closed };
  options.progress({ step: "engine", line: `downloading pulumi ${ENGINE_VERSION}` });
  const log = path.join(options.paths.logs, "engine-download.log");
  const result = await runCommand(
    process.execPath,
    [packageBin("install-engine.cjs"), options.paths.download],
    { env: options.env, timeout: INSTALL_MILLISECONDS, log, signal: options.signal },
  );
  if (result.code !== 0) {
    return { reason: `the official installer failed (${describeFailure(result)}); log: ${log}` };
  }
  const engine = await engineAt(
    "download",
    path.join(options.paths.download, "bin", "pulumi"),
    options,
  );
  return "reason" in engine && engine.reason === ""
    ? { reason: `the official installer left no engine in ${options.paths.download}; log: ${log}` }
    : engine;
}

/** Why official downloads do not work here, or undefined when they may. Asked once a process. */
export function downloadsClosed(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const proxy = env["HTTPS_PROXY"] ?? env["https_proxy"];
  // A proxy decides by itself; only a try can tell.
  if (proxy !== undefined && proxy !== "") return Promise.resolve(undefined);
  remembered ??= probe(DOWNLOAD_HOST);
  return remembered;
}

function probe(host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = https.request(
      {
        host,
        method: "HEAD",
        path: "/",
        agent: false,
        signal: AbortSignal.timeout(PROBE_MILLISECONDS),
      },
      (response) => {
        response.resume();
        const code = response.statusCode ?? 0;
        resolve(code < 400 || code === 404 ? undefined : `${host} answered ${code}`);
      },
    );
    request.once("error", (error) => {
      const timedOut = error.name === "AbortError" || error.name === "TimeoutError";
      const why = timedOut ? `no answer within ${PROBE_MILLISECONDS / 1000} s` : messageOf(error);
      resolve(`${host} cannot be reached (${why})`);
    });
    request.end();
  });
}
