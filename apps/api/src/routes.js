import { Readable } from "node:stream";
import { exportLines } from "./export.js";
import { RequestError } from "./errors.js";
import {
  checkPurchasedAt,
  exportSchema,
  idempotencySchema,
  listSchema,
  newPurchaseSchema,
} from "./validation.js";

/**
 * @typedef {import("./app.js").Parts} Parts
 * @typedef {import("fastify").FastifyInstance} App
 */

/**
 * What platforms and routers ask.
 *
 * @param {App} app
 * @param {Parts} parts
 */
export function addProbes(app, { config, version, status, lifecycle }) {
  app.get("/api/version", () => ({
    version,
    revision: config.revision,
    hostname: config.hostname,
  }));

  // Health is about this process: a restart would not bring back a dependency.
  app.get("/api/health", async () => {
    const dependencies = await status.dependencies();
    const isWell = Object.values(dependencies).every(
      (state) => state === "up" || state === "disabled",
    );
    return { status: isWell ? "OK" : "DEGRADED", version, revision: config.revision, dependencies };
  });

  app.get("/ready", async (_request, reply) => {
    if (lifecycle.state !== "serving") {
      return reply.code(503).send({ status: lifecycle.state.toUpperCase() });
    }
    const database = await status.database();
    if (database.status === "up") return { status: "READY" };
    return reply.code(503).send({ status: "NOT_READY", message: database.message });
  });
}

/**
 * @param {App} app
 * @param {Parts} parts
 */
export function addPurchases(app, { purchases }) {
  app.get("/api/purchases", { schema: { querystring: listSchema } }, async (request) => {
    const query = /** @type {{ limit: number, before?: number, categoryId?: string }} */ (
      request.query
    );
    const found = await purchases.list(query);
    const isFull = found.length === query.limit;
    return { purchases: found, next: isFull ? (found.at(-1)?.id ?? null) : null };
  });

  const schema = { body: newPurchaseSchema, headers: idempotencySchema };
  app.post("/api/purchases", { schema }, async (request, reply) => {
    const body = /** @type {import("./purchases.js").NewPurchase} */ (request.body);
    checkPurchasedAt(body.purchasedAt, Date.now());
    const key = request.headers["idempotency-key"];
    const { purchase, replayed } = await purchases.add(
      body,
      typeof key === "string" ? key : undefined,
    );
    if (replayed) reply.header("idempotent-replay", "true");
    return reply
      .code(201)
      .header("location", `/api/purchases?before=${purchase.id + 1}&limit=1`)
      .send(purchase);
  });

  app.get("/api/export", { schema: { querystring: exportSchema } }, (request, reply) => {
    const { delayMs } = /** @type {{ delayMs: number }} */ (request.query);
    const gone = new AbortController();
    reply.raw.on("close", () => gone.abort());
    const stream = Readable.from(exportLines(purchases, delayMs, gone.signal));
    return reply
      .header("content-type", "application/x-ndjson; charset=utf-8")
      .header("content-disposition", 'attachment; filename="purchases.ndjson"')
      .send(stream);
  });
}

/**
 * @param {App} app
 * @param {Parts} parts
 */
export function addPredictions(app, { predictions }) {
  app.get("/api/predictions", () => predictions());
}

/**
 * @param {App} app
 * @param {Parts} parts
 */
export function addLive(app, { config, feed, lifecycle }) {
  const preValidation = async (/** @type {import("fastify").FastifyRequest} */ request) => {
    if (lifecycle.state === "draining")
      throw new RequestError(503, "draining", "This instance is stopping");
    // Browsers do not hold websockets to CORS, so the origin is checked here.
    const { origin, host } = request.headers;
    if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return;
    if (config.allowedOrigins.includes("*") || config.allowedOrigins.includes(origin)) return;
    throw new RequestError(403, "origin_not_allowed", `${origin} is not one of ALLOWED_ORIGINS`);
  };
  app.get("/api/live", { websocket: true, preValidation }, (socket) => feed.add(socket));
}
