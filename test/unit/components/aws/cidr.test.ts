import assert from "node:assert/strict";
import fc from "fast-check";
import {
  contains,
  formatCidr,
  isPrivate,
  overlap,
  parseCidr,
  subnetAt,
} from "../../../../components/aws/cidr";

const network = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 32 }))
  .map(([address, length]) => {
    const size = 2 ** (32 - length);
    return { first: Math.floor(address / size) * size, size };
  });

describe("networks in CIDR notation", () => {
  it("are read as they are written", () => {
    fc.assert(
      fc.property(network, (each) => {
        assert.deepEqual(parseCidr(formatCidr(each)), each);
      }),
    );
  });

  it("overlap exactly when one contains the other", () => {
    fc.assert(
      fc.property(network, network, (a, b) => overlap(a, b) === (contains(a, b) || contains(b, a))),
    );
  });

  it("are refused with anything else in them", () => {
    for (const text of [
      "",
      "10.0.0.0",
      "10.0.0/8",
      "10.0.0.0/33",
      "256.0.0.0/8",
      "10.0.0.1/8",
      "::/0",
    ])
      assert.equal(parseCidr(text), undefined, text);
  });

  it("have /24s up to their end", () => {
    const given = parseCidr("10.0.0.0/20");
    assert.ok(given);
    const last = subnetAt(given, 15);
    assert.equal(last && formatCidr(last), "10.0.15.0/24");
    assert.equal(subnetAt(given, 16), undefined);
  });

  it("are private by RFC 1918 alone", () => {
    const verdict = (text: string) => isPrivate(parseCidr(text) ?? { first: 0, size: 1 });
    assert.ok(["10.9.0.0/16", "172.31.0.0/16", "192.168.0.0/16"].every(verdict));
    assert.ok(!["11.0.0.0/16", "172.32.0.0/16", "100.64.0.0/16", "8.0.0.0/6"].some(verdict));
  });
});
