import { Ajv } from "ajv";
import formats from "ajv-formats";
import { RequestError } from "./errors.js";

/** @typedef {import("ajv").ErrorObject} AjvError */

const options = {
  ...{ allErrors: true, verbose: true, useDefaults: true },
  // The schemas below are checked where they are tested: the schema of schemas is half of what there is to compile at a start.
  validateSchema: process.env.NODE_ENV !== "production",
};
const strict = new Ajv(options);
const coercing = new Ajv({ ...options, coerceTypes: true });
for (const ajv of [strict, coercing]) formats.default(ajv, ["date-time"]);

// A category's name is a word or a few: letters and digits of any script. The predictor accepts all of these.
const CATEGORY = {
  type: "string",
  maxLength: 64,
  pattern: "^[\\p{L}\\p{M}\\p{N}](?:[\\p{L}\\p{M}\\p{N} ._/&'-]*[\\p{L}\\p{M}\\p{N}])?$",
};
const NAME = {
  type: "string",
  minLength: 1,
  maxLength: 120,
  pattern: "^[^\\p{Cc}\\p{Cs}\\s](?:[^\\p{Cc}\\p{Cs}]*[^\\p{Cc}\\p{Cs}\\s])?$",
};

export const newPurchaseSchema = {
  type: "object",
  required: ["categoryId", "name"],
  additionalProperties: false,
  properties: {
    categoryId: CATEGORY,
    name: NAME,
    quantity: { type: "integer", minimum: 1, maximum: 9999, default: 1 },
    purchasedAt: { type: "string", format: "date-time" },
  },
};

export const idempotencySchema = {
  type: "object",
  properties: { "idempotency-key": { type: "string", pattern: "^[\\x21-\\x7e]{1,128}$" } },
};

export const listSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    limit: { type: "integer", minimum: 1, maximum: 200, default: 50 },
    before: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    categoryId: CATEGORY,
  },
};

export const exportSchema = {
  type: "object",
  additionalProperties: false,
  properties: { delayMs: { type: "integer", minimum: 0, maximum: 10_000, default: 0 } },
};

/**
 * Bodies are taken as they are; queries and headers are text, from which numbers are read.
 *
 * @type {import("fastify").FastifySchemaCompiler<object>}
 */
export function compileValidator({ schema, httpPart }) {
  const ajv = httpPart === "body" ? strict : coercing;
  return ajv.compile(schema);
}

/**
 * @param {AjvError[]} errors
 * @param {string} part
 */
export function toRequestError(errors, part) {
  const problems = errors.map((error) => toProblem(error, part)).slice(0, 20);
  const message = problems.map((problem) => problem.message).join("; ");
  return new RequestError(400, "invalid_request", message, { problems });
}

/** How far ahead a client's clock may be. */
const CLOCK_SKEW_MS = 60_000;
const OLDEST_MS = 3650 * 24 * 60 * 60 * 1000;

/**
 * @param {string | undefined} purchasedAt
 * @param {number} now
 * @throws {RequestError} it lies in the future, or more than ten years back
 */
export function checkPurchasedAt(purchasedAt, now) {
  if (purchasedAt === undefined) return;
  const age = now - new Date(purchasedAt).getTime();
  if (age >= -CLOCK_SKEW_MS && age <= OLDEST_MS) return;
  const message = `purchasedAt must lie within the last 3650 days, got ${JSON.stringify(purchasedAt)}`;
  throw new RequestError(400, "invalid_request", message, {
    problems: [{ path: "purchasedAt", message }],
  });
}

/**
 * @param {AjvError} error
 * @param {string} part
 */
function toProblem({ instancePath, keyword, message, params, data }, part) {
  const parent = instancePath.slice(1).replaceAll("/", ".");
  const key = keyword === "required" ? params.missingProperty : params.additionalProperty;
  const path = [parent, key].filter(Boolean).join(".") || part;
  if (keyword === "required") return { path, message: `${path} is missing` };
  if (keyword === "additionalProperties") return { path, message: `${path} is not known` };
  const rule = keyword === "pattern" ? (RULES[path] ?? message) : message;
  return { path, message: `${path} ${rule}, got ${show(data)}` };
}

/** @type {Record<string, string>} what a pattern means in words */
const RULES = {
  categoryId: "must be letters, digits and single marks such as - _ . / & between them",
  name: "must be printable text without spaces at its ends",
  "idempotency-key": "must be 1 to 128 visible ASCII characters",
};

/** @param {unknown} value */
function show(value) {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
