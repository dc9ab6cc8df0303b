import { randomBytes as drawBytes } from "node:crypto";
import type { PropertyMap } from "../../host";
import { InvalidRequestError } from "../../host";
import type { RandomResource } from "../resource";
import { keepers, maxLength, requireNumber, stringAt, within } from "../rules";

export const randomId: RandomResource = {
  inputs: {
    keepers,
    byteLength: { type: "integer", required: true },
    prefix: { type: "string" },
  },
  computed: {
    b64Std: { type: "string" },
    b64Url: { type: "string" },
    dec: { type: "string" },
    hex: { type: "string" },
  },
  rules: (inputs) => within(inputs, "byteLength", 1),
  generate(inputs) {
    const bytes = drawBytes(requireNumber(inputs, "byteLength"));
    return { id: bytes.toString("base64url"), outputs: forms(bytes, stringAt(inputs, "prefix")) };
  },
  /** `<prefix>,<id>` or `<id>`, the id being the bytes in URL-safe base64. */
  adopt(given) {
    const separator = given.lastIndexOf(",");
    const prefix = separator > 0 ? given.slice(0, separator) : undefined;
    const id = given.slice(separator + 1);
    const bytes = decode(
      id,
      "base64url",
      `${given} is not an id: expected [prefix,]id in URL-safe base64`,
    );
    const inputs: PropertyMap = { byteLength: bytes.length };
    if (prefix !== undefined) inputs.prefix = prefix;
    return { id, inputs, outputs: forms(bytes, prefix) };
  },
};

export const randomBytes: RandomResource = {
  inputs: { keepers, length: { type: "integer", required: true } },
  computed: { base64: { type: "string" }, hex: { type: "string" } },
  secrets: ["base64", "hex"],
  rules: (inputs) => within(inputs, "length", 1),
  generate(inputs) {
    const bytes = drawBytes(requireNumber(inputs, "length"));
    return {
      id: "none",
      outputs: { base64: bytes.toString("base64"), hex: bytes.toString("hex") },
    };
  },
  adopt(given) {
    // The given value is the secret itself, so the message must not show it.
    const bytes = decode(given, "base64", "the import id is not valid base64");
    const outputs = { base64: given, hex: bytes.toString("hex") };
    return { id: "none", inputs: { length: bytes.length }, outputs };
  },
};

function forms(bytes: Buffer, prefix = ""): PropertyMap {
  const hex = bytes.toString("hex");
  return {
    b64Std: prefix + bytes.toString("base64"),
    b64Url: prefix + bytes.toString("base64url"),
    dec: prefix + BigInt(`0x${hex}`).toString(),
    hex: prefix + hex,
  };
}

/** Node's decoder skips what it does not understand: only a text that comes back the same was valid. */
function decode(text: string, encoding: "base64" | "base64url", message: string): Buffer {
  const bytes = Buffer.from(text, encoding);
  if (bytes.length === 0 || bytes.length > maxLength || bytes.toString(encoding) !== text) {
    throw new InvalidRequestError(message);
  }
  return bytes;
}
