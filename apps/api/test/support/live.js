import { once } from "node:events";
import { WebSocket } from "ws";

/**
 * A client of the live feed.
 *
 * @param {string} url
 * @param {{ origin?: string }} [options]
 */
export async function openLive(url, { origin } = {}) {
  const socket = new WebSocket(
    `${url.replace(/^http/, "ws")}/api/live`,
    origin === undefined ? {} : { origin },
  );
  /** @type {any[]} */
  const messages = [];
  socket.on("message", (data) => {
    messages.push(JSON.parse(String(data)));
    socket.emit("kept");
  });
  const closed = once(socket, "close").then(([code]) => Number(code));
  await once(socket, "open");

  return {
    closed,
    /** @param {string} text */
    send: (text) => socket.send(text),
    close: () => socket.close(),

    /**
     * The next message of a type; those before it are passed over.
     *
     * @param {string} type
     */
    async next(type) {
      const signal = AbortSignal.timeout(8000);
      for (;;) {
        const message = messages.shift();
        if (message?.type === type) return message;
        if (message === undefined) await once(socket, "kept", { signal });
      }
    },
  };
}
