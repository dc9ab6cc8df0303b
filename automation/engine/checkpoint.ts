import { createDecipheriv, pbkdf2 } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

import { Remembered } from "./remembered";
import { isSecret } from "./state";
import type { SecretValue } from "./state";

/** Where a stack of a `file://` backend is kept, and what its passphrase is found by. */
export interface CheckpointPlace {
  /** The backend's folder. */
  dir: string;
  project: string;
  /** The stack's own name. */
  stack: string;
  /** The project's folder: what a relative path in the environment starts from. */
  cwd: string;
  env: Readonly<Record<string, string>>;
}

/** As the engine derives a key from a passphrase (sdk/go/common/resource/config/crypt.go of 3.220). */
const ITERATIONS = 1_000_000;
const KEY_BYTES = 32;
/** What its authentication tag takes at the end of a ciphertext. */
const TAG_BYTES = 16;

const derive = promisify(pbkdf2);
const keys = new Remembered<Buffer>(32);

/**
 * The last state of a stack with its secrets decrypted, as `pulumi stack export --show-secrets` gives it, from the file in
 * which the engine keeps it. A start of the engine takes 0.4 s of a processor's time, half of it for the key, and every
 * operation reads the state before and after its update; here a process derives a stack's key once.
 * @returns undefined for all that is not exactly as expected: then the engine reads it, or says what is wrong
 */
export async function readCheckpoint(place: CheckpointPlace): Promise<unknown> {
  try {
    const file = join(place.dir, ".pulumi", "stacks", place.project, `${place.stack}.json`);
    // Which of two is the newer one is the engine's rule.
    if (existsSync(`${file}.gz`)) return undefined;
    const { latest } = checkpoint.parse(JSON.parse(await readFile(file, "utf8"))).checkpoint;
    const sealed = [...ciphertexts(latest)];
    if (sealed.length === 0) return latest;
    const key = await keyOf(latest, place);
    for (const secret of sealed) {
      secret.plaintext = decrypt(secret.ciphertext, key);
      delete (secret as SecretValue).ciphertext;
    }
    return latest;
  } catch {
    return undefined;
  }
}

const checkpoint = z.object({
  version: z.literal(3),
  checkpoint: z.object({ latest: z.looseObject({}) }),
});

/** `v1:<salt>:<a known text, encrypted>` */
const passphraseProvider = z.object({
  type: z.literal("passphrase"),
  state: z.object({ salt: z.string().regex(/^v1:[^:]+:v1:[^:]+:[^:]+$/) }),
});

type Sealed = SecretValue & { ciphertext: string };

/** Every secret in it that is still encrypted. */
function* ciphertexts(value: unknown): Generator<Sealed> {
  if (value === null || typeof value !== "object") return;
  if (!isSecret(value)) for (const each of Object.values(value)) yield* ciphertexts(each);
  else if (isSealed(value)) yield value;
}

function isSealed(value: SecretValue): value is Sealed {
  return typeof value.ciphertext === "string";
}

/** @throws Error where the passphrase is not the state's, or none */
async function keyOf(
  { secrets_providers: provider }: Record<string, unknown>,
  { cwd, env }: CheckpointPlace,
): Promise<Buffer> {
  const [, salt = "", ...check] = passphraseProvider.parse(provider).state.salt.split(":");
  const passphrase = await passphraseOf(cwd, env);
  const key = await keys.get([passphrase, salt], () =>
    derive(passphrase, Buffer.from(salt, "base64"), ITERATIONS, KEY_BYTES, "sha256"),
  );
  decrypt(check.join(":"), key);
  return key;
}

/** In the engine's order. */
async function passphraseOf(
  cwd: string,
  { PULUMI_CONFIG_PASSPHRASE: text, PULUMI_CONFIG_PASSPHRASE_FILE: file }: CheckpointPlace["env"],
): Promise<string> {
  if (text !== undefined) return text;
  if (file === undefined || file === "") throw new Error("there is no passphrase");
  return (await readFile(resolve(cwd, file), "utf8")).trim();
}

/** @throws Error for another key, and for what was changed */
function decrypt(text: string, key: Buffer): string {
  const [version = "", nonce = "", sealed = ""] = text.split(":");
  if (version !== "v1") throw new Error(`an unknown version of encryption: ${version}`);
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return decipher.update(bytes.subarray(0, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
}
