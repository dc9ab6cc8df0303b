import assert from "node:assert/strict";
import {
  ownerOf as ownerInState,
  belongsTo,
} from "../../../../../automation/platforms/docker/client";
import { ownerOf } from "../../../../../components/docker/dynamic/owner";
import { ports } from "../../../../../components/docker/dynamic/ports";
import type { PortCheckInputs } from "../../../../../components/docker/dynamic/types";

const inputs: PortCheckInputs = {
  bindAddress: "127.0.0.1",
  ports: [],
  routerLabels: { "landfall.role": "router" },
  stackLabels: { "landfall.project": "lf-nobody", "landfall.stack": "unit" },
};

describe("the owner of a stack's objects", () => {
  it("is made once, and kept from then on", () => {
    const first = ownerOf({}, undefined);
    assert.match(first, /^[0-9a-f]{16}$/);
    assert.notEqual(ownerOf({}, undefined), first);
    assert.equal(ownerOf({ owner: first, ports: [] }, undefined), first);
  });

  it("is none for a stack from before there were owners", () => {
    assert.equal(ownerOf({ ports: [] }, undefined), "none");
  });

  it("can be given to a new stack, and not to another", async () => {
    assert.equal(ownerOf({}, "a1b2"), "a1b2");
    const { failures = [] } = await ports.check(
      { ...inputs, owner: "a1" },
      { ...inputs, owner: "b2" },
    );
    assert.deepEqual(failures, [
      {
        property: "owner",
        reason: 'must stay "a1", which the stack\'s objects carry, received "b2"',
      },
    ]);
  });

  it("is known from the check on, so that previews show what an update will do", async () => {
    const olds = { ...inputs, owner: "a1" };
    const { inputs: kept } = await ports.check(olds, { ...inputs });
    assert.equal(kept?.owner, "a1");
    assert.ok(kept);
    assert.equal((await ports.diff("ports", olds, kept)).changes, false);
  });

  it("is nobody's business where no labels of the stack are given", async () => {
    const { stackLabels, ...without } = inputs;
    assert.ok(stackLabels);
    const { inputs: kept } = await ports.check(without, without);
    assert.equal(kept?.owner, undefined);
  });
});

describe("whose objects are cleared away after a killed update", () => {
  const check = (given: Record<string, unknown>) => ({
    resources: [{ urn: "u", type: "pulumi-nodejs:dynamic/landfall:PortCheck", inputs: given }],
  });

  it("is told by the state", () => {
    const owner = ownerInState(check({ owner: "a1" }));
    assert.equal(belongsTo(owner, { "landfall.owner": "a1" }), true);
    assert.equal(belongsTo(owner, { "landfall.owner": "b2" }), false);
    assert.equal(belongsTo(owner, {}), false);
    assert.equal(belongsTo(owner, null), false);
  });

  it("is nobody's in a stack from before there were owners, but what has no owner", () => {
    const owner = ownerInState(check({}));
    assert.equal(belongsTo(owner, {}), true);
    assert.equal(belongsTo(owner, { "landfall.owner": "b2" }), false);
  });
});
