import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { keyringBytes } from "../../../../toolchain/images/keyring";

const bytes = Buffer.from(Array.from({ length: 100 }, (_, index) => index));
const armoured = [
  "-----BEGIN PGP PUBLIC KEY BLOCK-----",
  "Comment: somebody's",
  "",
  ...(bytes.toString("base64").match(/.{1,64}/g) ?? []),
  "=abcd",
  "-----END PGP PUBLIC KEY BLOCK-----",
].join("\n");

describe("a mirror's keyring", () => {
  it("is taken as it is when it is binary", () => {
    const file = path.join(os.tmpdir(), `landfall-keyring-${process.pid}.gpg`);
    fs.writeFileSync(file, bytes);
    try {
      assert.deepEqual(keyringBytes(file), bytes);
    } finally {
      fs.rmSync(file);
    }
  });

  it("is freed from its armour, of several keys, too", () => {
    assert.deepEqual(keyringBytes(armoured), bytes);
    assert.deepEqual(keyringBytes(`${armoured}\n${armoured}\n`), Buffer.concat([bytes, bytes]));
  });

  it("is an error when the armour holds no public key", () => {
    assert.throws(() => keyringBytes("-----BEGIN PGP MESSAGE-----\n"), /no public key/);
  });
});
