import * as assert from "node:assert/strict";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { PORTS, SUBNETS } from "../addresses";
import { removeProject } from "../stack/harness";
import { Machine } from "../restart/machine";
import { TestRegistry } from "../../support/registry";
import { ROOT } from "../../support/program";
import { PromoteProject } from "./project";

const NAME = "lfengines";
const ADDRESS = `${SUBNETS.engines}.2`;
const PINS = ["ps", "-a", "--filter", `label=landfall.pin.project=${NAME}`];

/** A stack on the engine of the tests, and one on a Docker host of its own; what they share is a registry. */
describe("a promotion to another Docker engine", function () {
  this.timeout(300_000);
  const registry = new TestRegistry(
    PORTS.engines.registry,
    path.join(ROOT, ".landfall", "tmp", `${NAME}-store`),
  );
  const images: string[] = [];
  let machine: Machine;
  let relay: net.Server;
  let project: PromoteProject;

  before(async () => {
    await removeProject(NAME);
    await registry.start();
    machine = await Machine.start(NAME);
    await machine.connect("lfengines", `${SUBNETS.engines}.1`, ADDRESS);
    const socket = path.join(os.tmpdir(), `${NAME}-${process.pid}.sock`);
    relay = net.createServer((from) => {
      const to = net.connect(registry.port, "127.0.0.1");
      from.pipe(to).pipe(from);
      for (const end of [from, to]) end.on("error", () => [from, to].map((each) => each.destroy()));
    });
    await new Promise<void>((resolve) => relay.listen(socket, resolve));
    await machine.relay(registry.port, socket);
    await machine.load("haproxy:2.6-bookworm");
    const { dockerHost } = machine;
    const other = { stack: "staging", address: ADDRESS, dockerHost };
    project = new PromoteProject(NAME, PORTS.engines, other);
    const login = {
      registry: `${registry.host}/shop`,
      registryUser: registry.username,
      registryPassword: registry.password,
    };
    project.configure("dev", login);
    project.configure("staging", { ...login, keepReleases: 2 });
  });

  after(async () => {
    await project.remove();
    await machine.remove();
    relay.close();
    await registry.remove();
  });

  const staging = { stack: "staging" };
  const there = async (image: string): Promise<boolean> =>
    (await machine.docker("images", "-a", "-q", "--no-trunc")).split("\n").includes(image);
  const pinned = async (): Promise<string[]> =>
    (await machine.docker(...PINS, "--format", '{{.Label "landfall.pin.image"}}'))
      .split("\n")
      .filter((line) => line !== "")
      .sort();

  for (const version of ["1", "2", "3"])
    it(`deploys the very image of version ${version} there, over the registry`, async () => {
      await project.commit(version);
      const built = await project.deployer.up({ stack: "dev" });
      assert.equal(built.verdict, "deployed", JSON.stringify(built.error));
      const image = await project.runningImage("dev");
      const result = await project.elsewhere.promote({ ...staging, from: "dev" });
      assert.equal(result.verdict, "deployed", JSON.stringify(result.error));
      assert.equal(result.services[0]?.containers[0]?.digest, image);
      assert.equal((await project.answer("staging")).version, version);
      assert.ok(await there(image));
      images.push(image);
    });

  it("pins the images of the last good releases, which nobody takes for services", async () => {
    const [, two = "", three = ""] = images;
    assert.deepEqual(await pinned(), [two, three].sort());
    const names = (await machine.docker(...PINS, "--format", "{{.Names}} {{.State}}")).split("\n");
    assert.ok(
      names.every((name) => /^landfall-keep-lfengines-staging-\S+ created$/.test(name)),
      names.join(),
    );
    const status = JSON.stringify(await project.elsewhere.status(staging));
    const { containers } = await project.elsewhere.logs(staging);
    assert.doesNotMatch(status, /landfall-keep/);
    assert.ok(
      containers.length > 0 && containers.every((name) => !name.startsWith("landfall-keep")),
    );
    assert.equal((await project.elsewhere.verify(staging)).verdict, "deployed");
  });

  it("prune takes what older releases ran and no other stack names, and shows it first", async () => {
    const [one = "", two = "", three = ""] = images;
    await machine.docker("tag", one, `${NAME}-other/api:1`);
    const dry = { ...staging, dryRun: true };
    assert.deepEqual((await project.elsewhere.prune(dry)).images, []);
    await machine.docker("rmi", `${NAME}-other/api:1`);
    const digests = ({ images: found }: { images: { digest: string }[] }): string[] =>
      found.map(({ digest }) => digest);
    const shown = await project.elsewhere.prune(dry);
    assert.deepEqual([digests(shown), shown.images[0]?.releases, shown.keep], [[one], [1], 2]);
    assert.ok(await there(one));
    assert.deepEqual(digests(await project.elsewhere.prune(staging)), [one]);
    assert.deepEqual(await Promise.all([one, two, three].map(there)), [false, true, true]);
    assert.deepEqual(digests(await project.elsewhere.prune({ ...dry, keep: 1 })), [two]);
  });

  it("a rollback needs no registry after `docker image prune -a`", async () => {
    await machine.docker("image", "prune", "-af");
    const [, two = "", three = ""] = images;
    assert.deepEqual(await Promise.all([two, three].map(there)), [true, true]);
    await registry.stop();
    const back = await project.elsewhere.rollback(staging);
    await registry.start();
    assert.equal(back.verdict, "deployed", JSON.stringify(back.error));
    assert.equal((await project.answer("staging")).version, "2");
  });

  it("pins anew what somebody has taken, and lets all go with the stack", async () => {
    await machine.docker("container", "prune", "-f");
    assert.deepEqual(await pinned(), []);
    const again = await project.elsewhere.promote({ ...staging, from: "dev" });
    assert.equal(again.verdict, "deployed", JSON.stringify(again.error));
    assert.equal((await pinned()).length, 2);
    await project.elsewhere.destroy({ ...staging, remove: true });
    assert.equal(await machine.docker("ps", "-aq"), "");
    await machine.docker("image", "prune", "-af");
    assert.deepEqual(await Promise.all(images.map(there)), [false, false, false]);
  });
});
