import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as tls from "node:tls";
import { extraCertificates, hostCertificates } from "../../../../toolchain/images/caBundle";

const [first = "", second = "", third = ""] = tls.rootCertificates;

describe("the host's CA certificates", () => {
  it("are those that are not public, each once, whatever the order and the line ends", () => {
    const a = extraCertificates([first, second, third, second].join("\n"), [third]);
    const b = extraCertificates([second, first.replaceAll("\n", "\r\n")].join("\r\n"), []);
    assert.equal(a.length, 2);
    assert.deepEqual(
      a.map(({ fingerprint }) => fingerprint),
      b.map(({ fingerprint }) => fingerprint),
    );
  });

  it("leave out blocks that are no certificate", () => {
    const rubbish = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    assert.deepEqual(extraCertificates(`${rubbish}\n# text\n`, []), []);
  });

  it("come from both variables and from the system's bundle", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "landfall-ca-"));
    try {
      const files = ["node.pem", "openssl.pem", "system.pem"].map((name) =>
        path.join(folder, name),
      );
      const [node = "", openssl = "", system = ""] = files;
      fs.writeFileSync(node, privateCertificate);
      fs.writeFileSync(openssl, first);
      fs.writeFileSync(system, second);
      const env = { NODE_EXTRA_CA_CERTS: node, SSL_CERT_FILE: openssl };
      assert.deepEqual(
        hostCertificates(env, system).map(({ pem }) => pem.trim()),
        [privateCertificate.trim()],
      );
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("name the variable and the file that cannot be read", () => {
    assert.throws(
      () => hostCertificates({ SSL_CERT_FILE: "/nowhere/ca.pem" }, "/nowhere/system.pem"),
      /SSL_CERT_FILE: cannot read "\/nowhere\/ca\.pem"/,
    );
  });
});

// Self-signed, for "Landfall test CA"; its key was thrown away.
const privateCertificate = `-----BEGIN CERTIFICATE-----
MIIBjTCCATOgAwIBAgIUddirH6JB0G2HVRYru7R8uOzC8wEwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQTGFuZGZhbGwgdGVzdCBDQTAgFw0yNjExMjIxNzA4NTdaGA8y
MTI2MTAyOTE3MDg1N1owGzEZMBcGA1UEAwwQTGFuZGZhbGwgdGVzdCBDQTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABB0BesKyME1q2+aQzglhgV/2pXDoHuYRLgc/
51lqYSm8zXJWWrrVHh/m/o3a4NVXOHssZyryrXgh0/TJzYbmylujUzBRMB0GA1Ud
DgQWBBQcyf5PangNBXFRCZNxUKaKRu/jnzAfBgNVHSMEGDAWgBQcyf5PangNBXFR
CZNxUKaKRu/jnzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQC7
iY2PvrOKovkilFG4545M0JbyFXxPzXMjwYUPtN58dgIgd+Z8Jx11XBU0cEZQ33OI
TcGKgtO6UTTUiuS5FWRtIW4=
-----END CERTIFICATE-----
`;
