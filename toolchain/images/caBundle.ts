import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as tls from "node:tls";
import { messageOf, readIfPresent } from "../files";
import { ToolchainError } from "../errors";

/** Where Debian, and so every image here, keeps the certificates that it trusts. */
export const systemCaBundle = "/etc/ssl/certs/ca-certificates.crt";

export interface Certificate {
  /** SHA-256 of the certificate, lower-case hex. */
  fingerprint: string;
  pem: string;
}

/**
 * The certificates that this host trusts beyond the public ones, such as that of a TLS-inspecting proxy. They are read
 * from NODE_EXTRA_CA_CERTS, SSL_CERT_FILE and the system's bundle.
 * @throws ToolchainError when a variable names a file that cannot be read.
 */
export function hostCertificates(
  env: NodeJS.ProcessEnv,
  systemBundle = systemCaBundle,
): Certificate[] {
  const texts = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"].flatMap((variable) => {
    const file = env[variable] ?? "";
    return file === "" ? [] : [readNamed(variable, file)];
  });
  texts.push(readIfPresent(systemBundle) ?? "");
  return extraCertificates(texts.join("\n"), tls.rootCertificates);
}

/** The certificates of a PEM text that are not among the known ones, each once, in a fixed order. */
export function extraCertificates(text: string, known: readonly string[]): Certificate[] {
  const publicOnes = new Set(known.map(canonical));
  const extra = new Map<string, Certificate>();
  for (const [block] of text.matchAll(PEM)) {
    if (publicOnes.has(canonical(block))) continue;
    const fingerprint = fingerprintOf(block);
    if (fingerprint !== undefined) extra.set(fingerprint, { fingerprint, pem: `${block}\n` });
  }
  return [...extra.values()].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function canonical(pem: string): string {
  return pem.replace(/\s+/g, "");
}

// A bundle may hold blocks that this Node cannot parse; OpenSSL in the image would not use them either.
function fingerprintOf(pem: string): string | undefined {
  try {
    return new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase();
  } catch {
    return undefined;
  }
}

function readNamed(variable: string, file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    throw new ToolchainError(
      `${variable}: cannot read "${file}" (${messageOf(error)}): point it to a PEM file, or unset it`,
      [],
      { cause: error },
    );
  }
}
