const MIN_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;
const SILENCE_MS = 5000;

/**
 * Follows the live feed, and comes back to it after every loss: a replica that stops closes its feeds, and the next
 * connection reaches another one.
 *
 * @param {string} url
 * @param {{ onState: (state: "live" | "lost") => void, onPurchase: (purchase: { id: number }) => void, onResync: () => void }} handlers
 */
export function openLive(url, { onState, onPurchase, onResync }) {
  let failures = 0;
  connect();

  function connect() {
    const socket = new WebSocket(url);
    let silence = expectWithin(SILENCE_MS);
    socket.addEventListener("message", ({ data }) => {
      clearTimeout(silence);
      silence = expectWithin(SILENCE_MS);
      handle(JSON.parse(data));
    });
    socket.addEventListener("close", () => {
      clearTimeout(silence);
      failures += 1;
      if (failures > 1) onState("lost");
      setTimeout(connect, retryDelay(failures));
    });

    function expectWithin(milliseconds) {
      return setTimeout(() => socket.close(), milliseconds);
    }
  }

  function handle(message) {
    if (message.type === "hello") {
      if (failures > 0) onResync();
      failures = 0;
      onState("live");
    }
    if (message.type === "purchase") onPurchase(message.purchase);
    if (message.type === "resync") onResync();
  }
}

/** Half of the wait is chance, so that the clients of a stopped replica do not all come at once. */
function retryDelay(failures) {
  const wait = Math.min(MIN_RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS);
  return wait / 2 + (Math.random() * wait) / 2;
}
