import { setTimeout as sleep } from "node:timers/promises";

/**
 * Leaves without losing a request: /ready answers 503 at once, requests are accepted for a short while so that a router
 * can notice, then the port closes and what is in flight is finished.
 *
 * @param {object} parts
 * @param {Pick<import("fastify").FastifyInstance, "close" | "server" | "log">} parts.app
 * @param {import("./app.js").Parts["lifecycle"]} parts.lifecycle
 * @param {Pick<import("./live.js").Feed, "close">} parts.feed
 * @param {{ drainSeconds: number, drainListenSeconds: number }} parts.config
 * @param {() => void} parts.closeSilent
 * @param {AbortSignal} parts.hurry ends the listening window early
 * @returns {Promise<boolean>} whether everything was finished in time
 */
export async function drain({ app, lifecycle, feed, config, closeSilent, hurry }) {
  const deadline = Date.now() + config.drainSeconds * 1000;
  lifecycle.state = "draining";
  app.log.info({ listenSeconds: config.drainListenSeconds }, "draining");
  await sleep(config.drainListenSeconds * 1000, undefined, { signal: hurry }).catch(() => {});
  feed.close();
  let isWhole = true;
  const cut = setTimeout(
    () => {
      isWhole = false;
      app.log.error(
        { drainSeconds: config.drainSeconds },
        "the drain time is over: open requests are cut",
      );
      app.server.closeAllConnections();
    },
    Math.max(deadline - Date.now(), 0),
  );
  const closed = app.close();
  closeSilent();
  await closed;
  clearTimeout(cut);
  return isWhole;
}

/**
 * Knows the connections on which nothing was ever asked. Node takes these for busy, and would wait for them.
 *
 * @param {import("node:http").Server} server
 * @returns {() => void} closes them
 */
export function trackSilentConnections(server) {
  /** @type {Set<import("node:net").Socket>} */
  const sockets = new Set();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  };
}
