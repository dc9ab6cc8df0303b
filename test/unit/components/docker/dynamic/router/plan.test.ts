import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Action, Slot, Target } from "../../../../../../components/docker/dynamic/router/plan";
import { commandsOf, planSwitch } from "../../../../../../components/docker/dynamic/router/plan";

const target = (name: string, index = 1): Target => ({
  name,
  port: 80,
  weight: 100,
  address: `10.0.0.${index}`,
});
const free = (slot: string): Slot => ({
  slot,
  name: undefined,
  address: "127.0.0.1",
  port: 9,
  state: "maint",
  weight: 1,
  sessions: 0,
});
const serving = (slot: string, { name, port, weight, address }: Target): Slot => ({
  slot,
  name,
  port,
  weight,
  address,
  state: "ready",
  sessions: 0,
});

/** What the router makes of an action. */
function applied(slots: readonly Slot[], action: Action): Slot[] {
  return slots.map((slot): Slot => {
    if (slot.slot !== action.slot) return slot;
    switch (action.kind) {
      case "place":
        return { ...slot, ...action.target, state: "ready" };
      case "ready":
        return { ...slot, state: "ready" };
      case "weight":
        return { ...slot, weight: action.weight };
      case "drain":
        return { ...slot, state: "drain" };
      case "park":
        return { ...slot, state: "maint", name: action.name ?? slot.name };
    }
  });
}

const names = fc.constantFrom("a", "b", "c", "d", "e", "f");
const targets = fc
  .uniqueArray(fc.record({ name: names, weight: fc.constantFrom(0, 5, 100) }), {
    maxLength: 4,
    selector: ({ name }) => name,
  })
  .map((chosen) =>
    chosen.map(({ name, weight }) => ({ ...target(name, name.charCodeAt(0)), weight })),
  );
/** Whether it gets requests: without weight it only finishes those that it has. */
const serves = ({ state, weight }: Slot): boolean => state === "ready" && weight > 0;
const slots = fc
  .array(
    fc.record({
      name: fc.option(names, { nil: undefined }),
      state: fc.constantFrom<Slot["state"]>("ready", "drain", "maint"),
      weight: fc.constantFrom(0, 1, 100),
      sessions: fc.nat(2),
      moved: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((rows) =>
    rows.map(({ name, moved, ...row }, index): Slot => ({
      ...row,
      // A slot that never had a server cannot serve.
      state: name === undefined ? "maint" : row.state,
      slot: `s${index}`,
      name,
      port: 80,
      address: name === undefined || moved ? "10.9.9.9" : `10.0.0.${name.charCodeAt(0)}`,
    })),
  );

describe("the plan of a switch", () => {
  it("puts new servers into free slots before it drains the old ones", () => {
    const plan = planSwitch([serving("s1", target("old")), free("s2")], [target("new", 2)]);
    assert.deepEqual(plan, {
      enter: [{ kind: "place", slot: "s2", target: target("new", 2) }],
      leave: [{ kind: "drain", slot: "s1" }],
      free: [{ kind: "park", slot: "s1", name: "new" }],
      unplaced: [],
    });
  });

  it("does nothing when everything is as it should be", () => {
    const plan = planSwitch([serving("s1", target("a")), free("s2")], [target("a")]);
    assert.deepEqual(plan, { enter: [], leave: [], free: [], unplaced: [] });
  });

  it("takes a draining server back instead of placing it twice", () => {
    const draining: Slot = { ...serving("s1", target("a")), state: "drain", sessions: 3 };
    const plan = planSwitch([draining, serving("s2", target("b", 2))], [target("a")]);
    assert.deepEqual(plan.enter, [{ kind: "ready", slot: "s1" }]);
    assert.deepEqual(plan.leave, [{ kind: "drain", slot: "s2" }]);
  });

  it("follows a container to another address", () => {
    const plan = planSwitch([serving("s1", target("a", 1))], [target("a", 7)]);
    assert.deepEqual(plan.enter, [{ kind: "place", slot: "s1", target: target("a", 7) }]);
  });

  it("changes a weight in place", () => {
    const plan = planSwitch([serving("s1", target("a"))], [{ ...target("a"), weight: 5 }]);
    assert.deepEqual(plan.enter, [{ kind: "weight", slot: "s1", weight: 5 }]);
  });

  it("takes the weight of the old servers, which are kept for a way back, after the new ones have entered", () => {
    const [old, fresh] = [target("old"), target("new", 2)];
    const plan = planSwitch([serving("s1", old), free("s2")], [{ ...old, weight: 0 }, fresh]);
    assert.deepEqual(plan.enter, [{ kind: "place", slot: "s2", target: fresh }]);
    assert.deepEqual(plan.leave, [{ kind: "weight", slot: "s1", weight: 0 }]);
    assert.deepEqual(plan.free, []);
    // And back again.
    const back = planSwitch(
      [serving("s1", { ...old, weight: 0 }), serving("s2", fresh)],
      [old, { ...fresh, weight: 0 }],
    );
    assert.deepEqual(back.enter, [{ kind: "weight", slot: "s1", weight: 100 }]);
    assert.deepEqual(back.leave, [{ kind: "weight", slot: "s2", weight: 0 }]);
  });

  it("drains everything when there are to be no servers", () => {
    const plan = planSwitch([serving("s1", target("a"))], []);
    assert.deepEqual(plan.leave, [{ kind: "drain", slot: "s1" }]);
    assert.deepEqual(plan.free, [{ kind: "park", slot: "s1", name: undefined }]);
  });

  it("keeps the old servers when there is no slot for any new one", () => {
    const plan = planSwitch([serving("s1", target("a"))], [target("b", 2)]);
    assert.deepEqual(plan, { enter: [], leave: [], free: [], unplaced: [target("b", 2)] });
  });

  it("never leaves new requests without a server while both sets have one", () => {
    fc.assert(
      fc.property(slots, targets, (before, wanted) => {
        fc.pre(wanted.some(({ weight }) => weight > 0) && before.some(serves));
        const plan = planSwitch(before, wanted);
        let now = [...before];
        for (const action of [...plan.enter, ...plan.leave, ...plan.free]) {
          now = applied(now, action);
          assert.ok(now.some(serves));
        }
      }),
    );
  });

  it("ends with exactly the wanted servers ready when there are slots for all", () => {
    fc.assert(
      fc.property(slots, targets, (before, wanted) => {
        const plan = planSwitch(before, wanted);
        fc.pre(plan.unplaced.length === 0);
        const after = [...plan.enter, ...plan.leave, ...plan.free].reduce(applied, before);
        const ready = after.filter((slot) => slot.state === "ready");
        const key = (server: Target | Slot) =>
          `${server.name ?? ""} ${server.address} ${server.port} ${server.weight}`;
        assert.deepEqual(ready.map(key).sort(), wanted.map(key).sort());
      }),
    );
  });

  it("gives old servers no more traffic than before", () => {
    fc.assert(
      fc.property(slots, targets, (before, wanted) => {
        const plan = planSwitch(before, wanted);
        const ours = new Set(wanted.map((server) => server.name));
        const old = (list: readonly Slot[]) =>
          list
            .filter((slot) => slot.state === "ready" && !ours.has(slot.name ?? ""))
            .map((slot) => slot.slot);
        let now: Slot[] = [...before];
        for (const action of [...plan.enter, ...plan.leave, ...plan.free]) {
          now = applied(now, action);
          for (const slot of old(now)) assert.ok(old(before).includes(slot));
        }
      }),
    );
  });

  it("has nothing left to do after it was done", () => {
    fc.assert(
      fc.property(slots, targets, (before, wanted) => {
        const plan = planSwitch(before, wanted);
        fc.pre(plan.unplaced.length === 0);
        const after = [...plan.enter, ...plan.leave, ...plan.free].reduce(applied, before);
        assert.deepEqual(planSwitch(after, wanted), {
          enter: [],
          leave: [],
          free: [],
          unplaced: [],
        });
      }),
    );
  });
});

describe("the commands of a switch", () => {
  it("give a server its name and its address before it is ready", () => {
    assert.deepEqual(
      commandsOf("service_api", { kind: "place", slot: "s1", target: target("a") }),
      [
        "set server service_api/s1 fqdn a",
        "set server service_api/s1 addr 10.0.0.1 port 80",
        "set server service_api/s1 weight 100",
        "set server service_api/s1 state ready",
      ],
    );
  });
});
