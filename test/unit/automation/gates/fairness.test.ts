import assert from "node:assert/strict";
import { carriesNoMore } from "../../../../automation/gates/slo";

const set = (replicas: number) => ({
  revision: "r",
  containers: Array.from({ length: replicas }, (_, index) => `c${index}`),
});

describe("a new revision is compared with the old one", () => {
  const cases: [weight: number, fresh: number, stable: number, fair: boolean][] = [
    [0, 1, 1, true],
    [5, 2, 2, true],
    [50, 1, 1, true],
    [51, 1, 1, false],
    [75, 3, 1, true],
    [50, 1, 2, false],
    [100, 2, 2, false],
  ];
  for (const [weight, fresh, stable, fair] of cases)
    it(`${fair ? "where" : "not where"} ${fresh} replicas have ${weight} % and ${stable} the rest`, () => {
      assert.equal(carriesNoMore({ weight, fresh: set(fresh), stable: set(stable) }), fair);
    });

  it("not where there is none", () => {
    assert.equal(carriesNoMore({ weight: 50, fresh: set(1) }), false);
  });
});
