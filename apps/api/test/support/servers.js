import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { freePort, until } from "./containers.js";

const ROOT = new URL("../../", import.meta.url);

/**
 * @typedef {{ status: number, headers: Headers, body: any }} Answer a body of JSON, about which the test knows more
 */

/**
 * The real server as a process of its own.
 *
 * @param {Record<string, string>} env
 * @param {{ waitFor?: "/ready" | "/api/version" }} [options]
 */
export async function startApi(env, { waitFor = "/ready" } = {}) {
  const port = await freePort();
  const child = spawnNode(["src/server.js"], { HOST: "127.0.0.1", PORT: String(port), ...env });
  const url = `http://127.0.0.1:${port}`;
  await until(`the API answers ${waitFor}`, async () => {
    if (child.exitCode() !== null) throw new Error(`it has exited: ${child.output()}`);
    return (await fetch(url + waitFor)).ok;
  });

  return {
    ...child,
    port,
    url,

    /** @param {string} path @param {RequestInit} [init] @returns {Promise<Answer>} */
    async get(path, init) {
      const response = await fetch(url + path, init);
      return { status: response.status, headers: response.headers, body: await response.json() };
    },

    /** @param {unknown} body @param {Record<string, string>} [headers] @returns {Promise<Answer>} */
    async post(body, headers) {
      const response = await fetch(`${url}/api/purchases`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      return { status: response.status, headers: response.headers, body: await response.json() };
    },
  };
}

/**
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
export function spawnNode(args, env) {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { PATH, ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  const exited = once(child, "close").then(() => child.exitCode);

  return {
    output: () => output,
    exitCode: () => child.exitCode,
    exited,
    /** @param {NodeJS.Signals} signal */
    kill: (signal) => child.kill(signal),
    async stop() {
      if (child.exitCode === null) child.kill("SIGKILL");
      await exited;
    },
  };
}

/**
 * Runs a script to its end.
 *
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
export async function runNode(args, env) {
  const child = spawnNode(args, env);
  return { exitCode: await child.exited, output: child.output() };
}

/**
 * A predictor whose answer the test decides: it says 0.75 to everything until told otherwise.
 */
export async function startPredictor() {
  let calls = 0;
  /** @type {(items: unknown[]) => { status?: number, body?: unknown, delayMs?: number, hangUp?: boolean }} */
  let answer = (items) => ({ body: { predictions: items.map(() => ({ probability: 0.75 })) } });
  const usual = answer;
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    if (request.url === "/health") return response.end("{}");
    calls += 1;
    const { status = 200, body, delayMs = 0, hangUp = false } = answer(JSON.parse(text).items);
    if (hangUp) return request.socket.destroy();
    setTimeout(
      () => response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body)),
      delayMs,
    );
    return response;
  });
  const port = await freePort();
  const listen = () =>
    new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(undefined)));
  await listen();

  return {
    url: `http://127.0.0.1:${port}`,
    calls: () => calls,
    /** @param {typeof answer} next */
    answerWith: (next) => (answer = next),
    answerAsUsual: () => (answer = usual),
    start: listen,
    async stop() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
