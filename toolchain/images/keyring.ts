import * as fs from "node:fs";

/** A keyring in the binary form that gpgv reads, from a keyring file or an armoured key. */
export function keyringBytes(keyring: string): Buffer {
  const content = keyring.startsWith("/") ? fs.readFileSync(keyring) : Buffer.from(keyring);
  return content.includes("-----BEGIN PGP") ? dearmour(content.toString("latin1")) : content;
}

const BLOCK =
  /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n([\s\S]*?)-----END PGP PUBLIC KEY BLOCK-----/g;

// Armour: headers, an empty line, base64, and a checksum line that begins with "=".
function dearmour(text: string): Buffer {
  const keys = [...text.matchAll(BLOCK)].map(([, inner = ""]) => {
    const lines = inner.split(/\r?\n/).map((line) => line.trim());
    const body = lines.filter((line) => !line.includes(": ") && !line.startsWith("="));
    return Buffer.from(body.join(""), "base64");
  });
  if (keys.length === 0) throw new Error("no public key in it");
  return Buffer.concat(keys);
}
