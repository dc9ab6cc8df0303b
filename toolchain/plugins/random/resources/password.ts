import { genSalt, hash } from "bcryptjs";
import type { RandomResource } from "../resource";
import { adoptResult, composeResult, stringBase } from "./string";

/** The cost that the official plugin hashes with. */
const rounds = 10;
/** Bcrypt takes no more bytes than this; the official plugin, too, hashes the beginning of a longer password. */
const bcryptBytes = 72;

export const randomPassword: RandomResource = {
  ...stringBase,
  computed: { bcryptHash: { type: "string" }, result: { type: "string" } },
  secrets: ["bcryptHash", "result"],
  schemaVersion: "3",
  async generate(planned) {
    const result = composeResult(planned);
    return { id, outputs: { result, bcryptHash: await bcryptHash(result) } };
  },
  async adopt(password) {
    const { inputs, outputs } = adoptResult(password);
    return { id, inputs, outputs: { ...outputs, bcryptHash: await bcryptHash(password) } };
  },
};

/** The same for all: an id is no secret in state, so it must not tell anything. */
const id = "none";

async function bcryptHash(password: string): Promise<string> {
  // The letter names the revision of the algorithm; for passwords without NUL bytes `a` and `b` are the same.
  const salt = (await genSalt(rounds)).replace(/^\$2b\$/, "$2a$");
  return hash(truncate(password), salt);
}

function truncate(password: string): string {
  let kept = "";
  for (const character of password) {
    if (Buffer.byteLength(kept + character) > bcryptBytes) break;
    kept += character;
  }
  return kept;
}
