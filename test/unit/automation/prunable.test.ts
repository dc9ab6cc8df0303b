import assert from "node:assert/strict";
import fc from "fast-check";
import { prunable } from "../../../automation/images/prunable";
import type { PruneFacts } from "../../../automation/images/prunable";
import type { ReleaseRecord } from "../../../automation/release";

const id = (n: number): string => `sha256:${String(n).padStart(64, "0")}`;
const release = (number: number, image: number, state = "deployed"): ReleaseRecord =>
  ({
    number,
    state,
    images: { api: { image: "x", digest: id(image), revision: "r" } },
  }) as unknown as ReleaseRecord;
const listed = (n: number, ...tags: string[]) => ({ id: id(n), tags, size: 1 });
const facts = (more: Partial<PruneFacts>): PruneFacts => ({
  ...{ project: "shop", stack: "dev", registry: "localhost:5000/x", keep: 2 },
  ...{ releases: [1, 2, 3, 4].map((n) => release(n, n)), promised: [], inUse: [] },
  images: [1, 2, 3, 4].map((n) => listed(n, `shop-dev/api:${n}`)),
  ...more,
});
const found = (more: Partial<PruneFacts>): string[] => prunable(facts(more)).map((i) => i.digest);

describe("pruning", () => {
  it("takes what only releases before the kept ones ran", () => {
    assert.deepEqual(found({}), [id(1), id(2)]);
    assert.deepEqual(found({ keep: 10 }), []);
  });

  it("leaves what a container or the outputs name", () => {
    assert.deepEqual(found({ inUse: [id(1)], promised: [id(2)] }), []);
  });

  it("leaves what has a name of another stack's, or of nobody's", () => {
    const images = [
      listed(1, "shop-dev/api:1", "shop-staging/api:1"),
      listed(2, "python:3"),
      listed(8),
      listed(9, "shop-dev-2/api:9"),
    ];
    assert.deepEqual(found({ images }), []);
  });

  it("takes builds that no release ran, and pushed and unnamed ones that one did", () => {
    const images = [listed(9, "shop-dev/api:9"), listed(1, "localhost:5000/x/shop-dev/api:1")];
    assert.deepEqual(found({ images: [...images, listed(2)] }), [id(9), id(1), id(2)]);
  });

  it("leaves what an old image shares with a kept release, and all of unsettled ones", () => {
    const releases = [release(1, 3), release(2, 2, "interrupted"), release(3, 3), release(4, 4)];
    assert.deepEqual(found({ releases }), [id(1)]);
  });

  it("never takes what is in use or kept, whatever there is", () => {
    const number = fc.integer({ min: 1, max: 12 });
    const state = fc.constantFrom("deployed", "failed", "rolled_back", "running", "unchanged");
    const records = fc
      .array(fc.tuple(number, state), { maxLength: 12 })
      .map((all) => all.map(([image, is], i) => release(i + 1, image, is)));
    fc.assert(
      fc.property(
        records,
        fc.array(number),
        fc.integer({ min: 1, max: 5 }),
        (releases, used, keep) => {
          const inUse = used.map(id);
          const gone = found({ releases, inUse, keep });
          const last = releases
            .filter((each) => ["deployed", "unchanged"].includes(each.state))
            .slice(-keep);
          const needed = [...inUse, ...last.map((each) => each.images.api?.digest)];
          assert.ok(gone.every((each) => !needed.includes(each)));
        },
      ),
    );
  });
});
