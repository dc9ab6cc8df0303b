import assert from "node:assert/strict";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Deployer } from "../../../automation";
import type { TestProject } from "../../engine/automation/support";
import { testProject } from "../../engine/automation/support";
import { ROOT } from "../../support/program";
import { PORTS } from "../addresses";
import { Machine } from "./machine";

const NAME = "lfboot";
const ROUTER = `${NAME}-dev-router`;
const IMAGES = ["haproxy:2.6-bookworm", "node:18-bookworm-slim"] as const;
const URL = `http://127.0.0.1:${PORTS.restart}/`;
const BACK_MILLISECONDS = 60_000;

const SERVER = `
const { LANDFALL_REVISION: revision, HOSTNAME: host } = process.env;
require("http").createServer((_, answer) => answer.end(JSON.stringify({ revision, host }))).listen(3000);`;

const PROGRAM = `
const { ApiService, Environment } = require(${JSON.stringify(path.join(ROOT, "bin/load.cjs"))})("components");
const environment = new Environment("shop", { docker: { publicPorts: [${PORTS.restart}] } });
new ApiService("api", {
  environment,
  image: { ref: ${JSON.stringify(IMAGES[1])} },
  command: ["node", "-e", ${JSON.stringify(SERVER)}],
  replicas: 2,
  drain: "1s",
  exposure: { public: { port: ${PORTS.restart} } },
});
Object.assign(exports, { platform: "docker", services: {} });
`;

describe("restarts of the Docker daemon and of its host", function () {
  this.timeout(180_000);
  let machine: Machine | undefined;
  let project: TestProject;
  let deployer: Deployer;
  let revision: string;

  before(async () => {
    project = await testProject(PROGRAM, { name: NAME });
    project.config("dev", {});
    machine = await Machine.start(NAME);
    await machine.load(...IMAGES);
    deployer = project.with({ env: { ...project.env, DOCKER_HOST: machine.dockerHost } });
    const up = await deployer.up({ stack: "dev" });
    assert.equal(up.error, undefined, JSON.stringify(up.error));
    const [name = ""] = await replicas();
    revision = await host().docker(
      "inspect",
      "-f",
      '{{index .Config.Labels "landfall.revision"}}',
      name,
    );
    await serves();
  });

  after(async () => {
    await machine?.remove();
    project.remove();
  });

  function host(): Machine {
    assert.ok(machine !== undefined);
    return machine;
  }

  async function replicas(): Promise<string[]> {
    const filter = ["--filter", "label=landfall.service=api", "--format", "{{.Names}}"];
    return (await host().docker("ps", "-a", ...filter)).split("\n").sort();
  }

  async function addresses(): Promise<string> {
    const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    return host().docker("inspect", "-f", format, ...(await replicas()));
  }

  /** What the daemon says of the containers. */
  async function found(): Promise<string> {
    const ids = (await host().docker("ps", "-aq")).split("\n");
    return host().docker("inspect", "-f", "{{.Name}} {{json .State}}", ...ids);
  }

  /** Waits until the public route answers from both replicas, with the revision that was deployed. */
  async function serves(): Promise<void> {
    const hosts = new Set<string>();
    const deadline = Date.now() + BACK_MILLISECONDS;
    for (let last = ""; hosts.size < 2;) {
      if (Date.now() > deadline) {
        const said = `the last answer: ${last}\n${await found()}`;
        throw new Error(`${hosts.size} of 2 replicas answer; ${said}`);
      }
      try {
        const { status, body } = await host().get(URL);
        last = `${status} ${body}`;
        if (status !== 200) throw new Error(last);
        const answer = JSON.parse(body) as { revision: string; host: string };
        assert.equal(answer.revision, revision);
        hosts.add(answer.host);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        last = String(error);
        await sleep(200);
      }
    }
  }

  it("the daemon is restarted: what runs comes back and serves", async () => {
    await host().stopDaemon("TERM");
    await host().startDaemon();
    await serves();
  });

  it("the daemon is killed: the next one takes over and serves", async () => {
    await host().stopDaemon("KILL");
    await host().startDaemon();
    await serves();
  });

  it("the power is cut: all containers are dead, no network and no rule is left, and it serves after the boot", async () => {
    await host().cutPower();
    await host().boot();
    await serves();
  });

  it("the replicas have other addresses when the router starts: it finds them by name", async () => {
    const before = await addresses();
    const names = await replicas();
    await host().docker("stop", "-t", "1", ...names);
    const network = ["--network", `${NAME}-dev`, "--restart", "always"];
    for (const ip of before.split("\n"))
      await host().docker("run", "-d", ...network, "--ip", ip, IMAGES[1], "sleep", "600");
    await host().docker("start", ...names);
    assert.notEqual(await addresses(), before);
    await host().docker("restart", "-t", "1", ROUTER);
    await serves();
  });

  it("nothing of it is a change for the next update", async () => {
    const preview = await deployer.preview({ stack: "dev" });
    assert.equal(preview.changed, false, JSON.stringify(preview.resources));
  });
});
