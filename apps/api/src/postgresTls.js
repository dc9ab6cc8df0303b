import { readFileSync } from "node:fs";

/**
 * What `sslmode` of a database's URL and the bundle of PGSSLROOTCERT come to, with the meanings that libpq gives them. The driver
 * by itself takes `require` for `verify-full`, and a server whose certificate no public authority has signed is out of reach.
 *
 * - `disable`, or none: no TLS.
 * - `require`: encrypted; with a bundle, the server's certificate must be signed by an authority in it.
 * - `verify-ca`: signed, by the bundle or else by a public authority; `verify-full`: and it must be for the host of the URL.
 *
 * @typedef {object} DatabaseAddress
 * @property {string} databaseUrl
 * @property {Buffer | undefined} [databaseAuthorities] certificates in PEM
 *
 * @param {DatabaseAddress} address
 * @returns {{ connectionString: string, ssl: false | import("node:tls").ConnectionOptions }}
 */
export function connectionTo({ databaseUrl, databaseAuthorities }) {
  const mode = sslModeOf(databaseUrl);
  // Left in the URL, it would go before what is said beside it.
  return { connectionString: withoutSslMode(databaseUrl), ssl: tlsFor(mode, databaseAuthorities) };
}

/**
 * Notes what the URL says of TLS and is not taken.
 *
 * @param {string} databaseUrl
 * @param {string[]} mistakes
 */
export function checkTls(databaseUrl, mistakes) {
  const mode = sslModeOf(databaseUrl);
  if (!MODES.includes(mode)) {
    mistakes.push(
      `DATABASE_URL's sslmode must be one of ${MODES.join(", ")}, got ${JSON.stringify(mode)}`,
    );
  }
  const others = [...new URL(databaseUrl).searchParams.keys()].filter((key) =>
    OTHERS.includes(key),
  );
  if (others.length > 0) {
    mistakes.push(
      `DATABASE_URL must not have ${others.join(", ")}: sslmode and PGSSLROOTCERT say how to encrypt`,
    );
  }
}

const MODES = ["disable", "require", "verify-ca", "verify-full"];
const OTHERS = ["ssl", "sslcert", "sslkey", "sslrootcert", "uselibpqcompat"];

/** @param {string} databaseUrl */
function sslModeOf(databaseUrl) {
  return new URL(databaseUrl).searchParams.get("sslmode") ?? "disable";
}

/** @param {string} databaseUrl */
function withoutSslMode(databaseUrl) {
  const url = new URL(databaseUrl);
  if (!url.searchParams.has("sslmode")) return databaseUrl;
  url.searchParams.delete("sslmode");
  return url.href;
}

/**
 * @param {string} mode
 * @param {Buffer | undefined} authorities
 * @returns {false | import("node:tls").ConnectionOptions}
 */
function tlsFor(mode, authorities) {
  if (mode === "disable") return false;
  const isVerified = mode !== "require" || authorities !== undefined;
  return {
    rejectUnauthorized: isVerified,
    ...(authorities === undefined ? {} : { ca: authorities }),
    // Who has signed it is asked; for which host it is, by verify-full alone.
    ...(isVerified && mode !== "verify-full" ? { checkServerIdentity: () => undefined } : {}),
  };
}

/**
 * The bundle that PGSSLROOTCERT names, as libpq has it.
 *
 * @param {string | undefined} file
 * @param {string[]} mistakes
 */
export function readAuthorities(file, mistakes) {
  if (file === undefined) return undefined;
  try {
    const bundle = readFileSync(file);
    if (bundle.includes("-----BEGIN CERTIFICATE-----")) return bundle;
    mistakes.push(`PGSSLROOTCERT must name a file with certificates in PEM, got ${file}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    mistakes.push(`PGSSLROOTCERT must name a file that can be read: ${reason}`);
  }
  return undefined;
}
