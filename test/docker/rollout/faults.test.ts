import * as assert from "node:assert/strict";
import Docker from "dockerode";
import { exitCodes } from "../../../automation/errors";
import { verify } from "../../../automation/cli/verbs/verify";
import { eventOf } from "../../engine/automation/support";
import { PORTS } from "../addresses";
import { endsIn, losesNothing } from "../../support/ends";
import { docker, variant } from "../stack/harness";
import { BASE_IMAGE, RolloutProject } from "./project";

/** Each fault ends in the right verdict, with the old version serving and nothing lost. */
describe("faults on the way to a new revision", () => {
  const project = new RolloutProject("lffaults", PORTS.faults);
  let image: string;

  before(async () => {
    await project.clear();
    // An image of its own, so that it can be taken away.
    image = await variant(BASE_IMAGE, `LABEL landfall.test=${project.name}`);
  });

  after(async () => {
    await project.remove();
    await docker("image", "rm", "-f", image).catch(() => undefined);
  });

  it("first deploy ever: failed, with nothing to go back to, and the next one deploys", async () => {
    const first = await project.up({ version: "0", mode: "crash", image });
    endsIn(first, "failed", exitCodes.failed);
    assert.equal(first.error?.code, "gate_failed");
    assert.equal(first.rolledBack, undefined);
    const next = await project.up({ version: "1", image });
    assert.equal(next.verdict, "deployed", JSON.stringify(next.error));
    assert.equal((await project.containers()).length, 1);
  });

  it("no space for an image: rolled back, and the old version never stopped", async () => {
    const before = await project.containers();
    // More than any disk here has: the builder's file system refuses it as it would refuse the last byte.
    const dockerfile = `FROM ${BASE_IMAGE}\nRUN fallocate -l 900T /full\n`;
    const result = await project.up({ version: "2", dockerfile });
    endsIn(result, "rolled_back", exitCodes.rolledBack);
    assert.match(result.error?.message ?? "", /fallocate|[Nn]o space|too large/);
    assert.deepEqual(await project.containers(), before);
    assert.equal(await project.version(), "1");
    losesNothing(result);
  });

  it("router killed between two steps: the rollout goes on and arrives", async () => {
    const rollout = { strategy: "canary", steps: [50], pause: "4s" } as const;
    await project.configure({ version: "3", image, rollout });
    const operation = (await project.deployer()).up({ stack: project.stack });
    await eventOf(operation.events, (event) => event.kind === "rollout");
    const filters = { label: [`landfall.project=${project.name}`, "landfall.role=router"] };
    const [router] = await new Docker().listContainers({ filters });
    assert.ok(router);
    const { State: state } = await new Docker().getContainer(router.Id).inspect();
    process.kill(state.Pid, "SIGKILL");
    const result = await operation;
    endsIn(result, "deployed", exitCodes.ok);
    assert.equal(await project.version(), "3");
  });

  it("verification timed out on a healthy service: unverified, and verify settles it", async () => {
    await project.configure({ version: "4", image });
    const deployer = await project.deployer();
    const away = await project.deployer({ DOCKER_HOST: "unix:///nowhere/docker.sock" });
    const up = await deployer.up({ stack: project.stack });
    assert.equal(up.verdict, "deployed", JSON.stringify(up.error));
    const blind = await away.verify({ stack: project.stack });
    assert.equal(blind.verdict, "unverified");
    assert.equal(verify.exitCode?.(blind), exitCodes.unverified);
    assert.equal(await project.version(), "4");
    const seen = await deployer.verify({ stack: project.stack });
    assert.equal(seen.verdict, "deployed", JSON.stringify(seen.error));
  });

  it("the way back fails too: failed, with both reasons, and the next good release mends it", async () => {
    const [old = ""] = await project.containers();
    const remove = [
      "sh",
      "-c",
      `docker rm -f ${old} >/dev/null && docker image rm -f ${image} >/dev/null; exit 7`,
    ];
    const gates = [{ type: "command", when: "before", on: "host", command: remove }] as const;
    const result = await project.up({ version: "5", rollout: { gates } });
    endsIn(result, "failed", exitCodes.failed);
    assert.equal(result.error?.code, "rollback_failed", JSON.stringify(result.error));
    assert.match(result.error.message, /a gate failed:[^]*could not be put back:/);
    image = await variant(BASE_IMAGE, `LABEL landfall.test=${project.name}-again`);
    const next = await project.up({ version: "6", image });
    assert.equal(next.verdict, "deployed", JSON.stringify(next.error));
    assert.equal(await project.version(), "6");
    assert.equal((await project.containers()).length, 1);
  });
});
