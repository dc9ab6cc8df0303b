import assert from "node:assert/strict";
import type { StateResource } from "../../../automation/engine/types";
import { stateContent } from "../../../automation/fingerprint";

const urn = (name: string): string => `urn:pulumi:dev::shop::t:m:T::${name}`;
const resource = (name: string, more: Partial<StateResource> = {}): StateResource => ({
  urn: urn(name),
  type: "t:m:T",
  inputs: { a: 1, b: [1, 2] },
  ...more,
});
const contentOf = (...resources: StateResource[]): unknown =>
  stateContent({ resources, pending: [] });

describe("what of a state counts", () => {
  it("is not the order in which the engine has written it", () => {
    const first = contentOf(
      resource("a"),
      resource("b", {
        dependencies: [urn("a"), urn("c")],
        propertyDependencies: { a: [urn("c"), urn("a")], b: null },
      }),
    );
    const second = contentOf(
      resource("b", {
        propertyDependencies: { b: [], a: [urn("a"), urn("c")] },
        dependencies: [urn("c"), urn("a")],
      }),
      resource("a", { dependencies: null }),
    );
    assert.deepEqual(first, second);
  });

  it("is every input, in its order, and every dependency", () => {
    const base = contentOf(resource("a"));
    for (const changed of [
      resource("a", { inputs: { a: 1, b: [2, 1] } }),
      resource("a", { protect: true }),
      resource("a", { dependencies: [urn("c")] }),
      resource("b"),
    ])
      assert.notDeepEqual(contentOf(changed), base);
  });

  it("is what a killed update has left unfinished", () => {
    const pending = [{ type: "creating" as const, resource: resource("a") }];
    assert.notDeepEqual(stateContent({ resources: [], pending }), contentOf());
  });
});
