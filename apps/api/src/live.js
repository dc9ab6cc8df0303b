import pg from "pg";
import { setTimeout as sleep } from "node:timers/promises";
import { connectionTo } from "./postgresTls.js";
import { CHANNEL } from "./purchases.js";

/**
 * @typedef {import("ws").WebSocket} Socket
 * @typedef {ReturnType<typeof createFeed>} Feed
 */

const PING_MS = 1000;
const HEARTBEAT_MS = 30_000;
const MAX_UNSENT_BYTES = 1024 * 1024;
const GOING_AWAY = 1001;
const OVERLOADED = 1013;

/**
 * The open websockets of this replica. Each gets a message a second, so that a gap shows.
 *
 * @param {{ maxLiveClients: number, hostname: string, revision: string }} config
 */
export function createFeed({ maxLiveClients, hostname, revision }) {
  /** @type {Set<Socket>} */
  const sockets = new Set();
  /** @type {WeakSet<Socket>} those that have not answered since the last heartbeat */
  const silent = new WeakSet();
  let sequence = 0;

  /** @param {Record<string, unknown>} message */
  const broadcast = (message) => {
    const text = JSON.stringify(message);
    for (const socket of sockets) send(socket, text);
  };
  const pings = setInterval(() => {
    sequence += 1;
    broadcast({ type: "ping", sequence, at: new Date().toISOString() });
  }, PING_MS);
  const heartbeats = setInterval(() => {
    for (const socket of sockets) {
      if (silent.has(socket)) socket.terminate();
      silent.add(socket);
      socket.ping();
    }
  }, HEARTBEAT_MS);

  return {
    broadcast,

    /** @param {Socket} socket */
    add(socket) {
      if (sockets.size >= maxLiveClients) {
        socket.close(OVERLOADED, "too many clients, try again later");
        return;
      }
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => socket.terminate());
      socket.on("pong", () => silent.delete(socket));
      socket.on("message", (data, isBinary) => {
        if (isBinary) return;
        send(socket, JSON.stringify({ type: "echo", data: String(data) }));
      });
      send(socket, JSON.stringify({ type: "hello", hostname, revision }));
    },

    /** Tells every client to connect anew, which takes it to another replica. */
    close() {
      clearInterval(pings);
      clearInterval(heartbeats);
      for (const socket of sockets) socket.close(GOING_AWAY, "this instance is stopping");
    },
  };
}

/**
 * @param {Socket} socket
 * @param {string} text
 */
function send(socket, text) {
  // A client that does not read must not fill our memory.
  if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate();
  else if (socket.readyState === socket.OPEN) socket.send(text);
}

const MIN_RETRY_MS = 100;
const MAX_RETRY_MS = 5000;

/**
 * Follows the purchases of all replicas through Postgres, and comes back after every restart of the database.
 *
 * @param {import("./postgresTls.js").DatabaseAddress} database
 * @param {Pick<Feed, "broadcast">} feed
 * @param {import("fastify").FastifyBaseLogger} log
 */
export function followPurchases(database, feed, log) {
  const stopped = new AbortController();

  const follow = async () => {
    let failures = 0;
    while (!stopped.signal.aborted) {
      const err = await listen(database, stopped.signal, {
        onListening: () => {
          // Purchases may have passed unheard; clients read the list again.
          if (failures > 0) feed.broadcast({ type: "resync" });
          failures = 0;
        },
        onPurchase: (payload) =>
          feed.broadcast({ type: "purchase", purchase: JSON.parse(payload) }),
      });
      if (stopped.signal.aborted) return;
      failures += 1;
      if (failures === 1) log.warn({ err }, "the live feed lost the database; connecting again");
      const wait = Math.min(MIN_RETRY_MS * 2 ** failures, MAX_RETRY_MS);
      await sleep(wait, undefined, { signal: stopped.signal }).catch(() => {});
    }
  };
  const following = follow();

  return {
    async close() {
      stopped.abort();
      await following;
    },
  };
}

/**
 * Listens until the connection ends.
 *
 * @param {import("./postgresTls.js").DatabaseAddress} database
 * @param {AbortSignal} signal
 * @param {{ onListening: () => void, onPurchase: (payload: string) => void }} handlers
 * @returns {Promise<unknown>} why it ended
 */
async function listen(database, signal, { onListening, onPurchase }) {
  const client = new pg.Client({
    ...connectionTo(database),
    connectionTimeoutMillis: 2000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: "api live feed",
  });
  /** @type {Promise<unknown>} */
  const ended = new Promise((resolve) => {
    client.on("error", resolve);
    client.on("end", () => resolve(new Error("the connection was closed")));
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  client.on("notification", ({ payload }) => payload !== undefined && onPurchase(payload));
  try {
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}`);
    onListening();
    return await ended;
  } catch (error) {
    return error;
  } finally {
    await client.end().catch(() => {});
  }
}
