import { randomUUID } from "node:crypto";
import cors from "@fastify/cors";
import websocket from "@fastify/websocket";
import { fastify } from "fastify";
import { RequestError } from "./errors.js";
import { addLive, addPredictions, addProbes, addPurchases } from "./routes.js";
import { compileValidator, toRequestError } from "./validation.js";

/**
 * @typedef {object} Parts
 * @property {import("./config.js").Config} config
 * @property {string} version
 * @property {import("./purchases.js").Purchases} purchases
 * @property {ReturnType<typeof import("./predictions.js").createPredictions>} predictions
 * @property {ReturnType<typeof import("./status.js").createStatus>} status
 * @property {import("./live.js").Feed} feed
 * @property {{ state: "starting" | "serving" | "draining" }} lifecycle
 *
 * @typedef {import("fastify").FastifyInstance} App
 */

const MAX_BODY_BYTES = 64 * 1024;
const MAX_MESSAGE_BYTES = 4 * 1024;
const PROBES = new Set(["/ready", "/api/health", "/api/version"]);
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Builds the HTTP surface.
 *
 * @param {Parts} parts
 * @param {import("fastify").FastifyBaseLogger} logger
 */
export async function buildApp(parts, logger) {
  const app = fastify({
    logger,
    disableRequestLogging: true,
    genReqId: ({ headers }) => readRequestId(headers["x-request-id"]) ?? randomUUID(),
    bodyLimit: MAX_BODY_BYTES,
    // Longer than the idle time-outs of load balancers, which must be the ones to close.
    keepAliveTimeout: 75_000,
    requestTimeout: 60_000,
    forceCloseConnections: "idle",
    return503OnClosing: false,
  });
  app.setValidatorCompiler(compileValidator);
  app.setSchemaErrorFormatter(toRequestError);
  addErrors(app);
  addRequestLog(app);
  leaveGently(app, parts.lifecycle);
  await app.register(cors, {
    origin: parts.config.allowedOrigins.includes("*") ? "*" : parts.config.allowedOrigins,
    methods: ["GET", "POST"],
    allowedHeaders: ["content-type", "idempotency-key", "x-request-id"],
    exposedHeaders: ["idempotent-replay", "retry-after", "x-request-id"],
    maxAge: 600,
  });
  await app.register(websocket, { options: { maxPayload: MAX_MESSAGE_BYTES } });
  addProbes(app, parts);
  addPurchases(app, parts);
  addPredictions(app, parts);
  addLive(app, parts);
  return app;
}

/** @param {App} app */
function addErrors(app) {
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({
      error: "not_found",
      message: `There is no ${request.method} ${request.url.split("?")[0]}`,
    }),
  );
  app.setErrorHandler((error, request, reply) => {
    const statusCode = error.statusCode ?? 500;
    if (error instanceof RequestError) {
      if (statusCode === 503) reply.header("retry-after", "1");
      if (statusCode >= 500) request.log.warn({ err: error.cause ?? error }, error.message);
      return reply
        .code(statusCode)
        .send({ error: error.code, message: error.message, problems: error.problems });
    }
    if (statusCode < 500) {
      return reply
        .code(statusCode)
        .send({ error: error.code.toLowerCase(), message: error.message });
    }
    request.log.error({ err: error }, "unexpected error");
    return reply
      .code(500)
      .send({ error: "internal_error", message: "The request could not be answered" });
  });
}

/** @param {App} app */
function addRequestLog(app) {
  app.addHook("onRequest", async (request, reply) => void reply.header("x-request-id", request.id));
  app.addHook("onResponse", async (request, reply) => {
    const path = request.url.split("?")[0] ?? "";
    // Probes come several times a second while a deployment waits: only their failures are news.
    const level = PROBES.has(path) && reply.statusCode < 400 ? "debug" : "info";
    request.log[level](
      {
        method: request.method,
        path,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 100) / 100,
      },
      "request",
    );
  });
}

/**
 * While draining, every answer ends its kept-alive connection, so that the client takes its next request elsewhere.
 *
 * @param {App} app
 * @param {Parts["lifecycle"]} lifecycle
 */
function leaveGently(app, lifecycle) {
  app.addHook("onSend", async (_request, reply) => {
    if (lifecycle.state === "draining") reply.header("connection", "close");
  });
  app.addHook("onResponse", async () => {
    // An answer whose head was sent before the drain has promised to keep its connection, for which the closing server
    // would wait. Not while it listens: a request may be on its way on any connection that is idle.
    if (lifecycle.state === "draining" && !app.server.listening)
      setImmediate(() => app.server.closeIdleConnections());
  });
}

/** @param {string | string[] | undefined} given */
function readRequestId(given) {
  return typeof given === "string" && REQUEST_ID.test(given) ? given : undefined;
}
