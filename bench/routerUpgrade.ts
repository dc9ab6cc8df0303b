/**
 * The gap of a router upgrade: `npx ts-node bench/routerUpgrade.ts`. Plain updates of a small stack change the router's own
 * container under load from outside, with and without requests of 2 s among it. Needs Docker and the base images.
 */
import * as http from "node:http";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { testProject } from "../test/engine/automation/support";
import { ROOT } from "../test/support/program";
import { median, printTable } from "./support/figures";

const NAME = "lfgap";
const PORT = 28481;
const ROUNDS = 5;
const QUICK = 16;
const SLOW = 2;
const PAUSE_MS = 10;

const SERVER = `
require("http").createServer((request, answer) => {
  if (request.url === "/slow") setTimeout(() => answer.end("slow"), 2000); else answer.end("quick");
}).listen(3000);`;

const PROGRAM = `
const { ApiService, Environment } = require(${JSON.stringify(path.join(ROOT, "bin/load.cjs"))})("components");
const environment = new Environment("shop", {
  docker: { publicPorts: [${PORT}] },
  transform: { router: { envs: ["ROUND=" + config.get("round")] } },
});
new ApiService("api", {
  environment,
  image: { ref: "node:18-bookworm-slim" },
  command: ["node", "-e", ${JSON.stringify(SERVER)}],
  drain: "1s",
  exposure: { public: { port: ${PORT} } },
});
Object.assign(exports, { platform: "docker", services: {} });
`;

interface Gap {
  readonly gapMs: number;
  readonly failed: number;
  readonly requests: number;
}

async function main(): Promise<void> {
  const project = await testProject(PROGRAM, { name: NAME });
  let round = 0;
  const up = async () => {
    project.config("dev", { round: String(round++) });
    const { error } = await project.deployer.up({ stack: "dev" });
    if (error !== undefined) throw new Error(error.message);
  };
  try {
    await up();
    const quick: Gap[] = [];
    const mixed: Gap[] = [];
    for (let index = 0; index < ROUNDS; index++) {
      quick.push(await underLoad(0, up));
      mixed.push(await underLoad(SLOW, up));
    }
    printTable(
      [`upgrade of the router, median of ${ROUNDS}`, "longest time without an answer", "failed"],
      [row(`${QUICK} connections`, quick), row(`and ${SLOW} with requests of 2 s`, mixed)],
    );
  } finally {
    await project.deployer.destroy({ stack: "dev", remove: true });
    project.remove();
  }
}

function row(name: string, gaps: readonly Gap[]): string[] {
  const all = gaps.map(({ gapMs }) => gapMs);
  const sum = (key: "failed" | "requests") => gaps.reduce((total, gap) => total + gap[key], 0);
  const range = `${Math.round(Math.min(...all))} to ${Math.round(Math.max(...all))}`;
  return [
    name,
    `${Math.round(median(all))} ms (${range})`,
    `${sum("failed")} of ${sum("requests")}`,
  ];
}

/** Clients that ask again 10 ms after an answer or a failure: the machine's cores are to be the router's as well. */
async function underLoad(slow: number, work: () => Promise<void>): Promise<Gap> {
  const result = { gapMs: 0, failed: 0, requests: 0 };
  let running = true;
  let last = performance.now();
  const client = async (url: string, counts: boolean) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    while (running) {
      result.requests++;
      if (await answers(agent, url)) {
        const now = performance.now();
        if (counts) result.gapMs = Math.max(result.gapMs, now - last);
        if (counts) last = now;
      } else result.failed++;
      await sleep(PAUSE_MS);
    }
    agent.destroy();
  };
  const urls = [...Array<string>(QUICK).fill("/"), ...Array<string>(slow).fill("/slow")];
  const clients = urls.map((url) => client(url, url === "/"));
  await sleep(500);
  await work();
  await sleep(500);
  running = false;
  await Promise.all(clients);
  return result;
}

function answers(agent: http.Agent, url: string): Promise<boolean> {
  return new Promise((resolve) => {
    http
      .get({ host: "127.0.0.1", port: PORT, path: url, agent }, (response) => {
        response.resume().once("end", () => {
          resolve(response.statusCode === 200);
        });
        response.once("error", () => {
          resolve(false);
        });
      })
      .on("error", () => {
        resolve(false);
      });
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
