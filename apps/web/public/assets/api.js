const TIMEOUT_MS = 8000;

/** An answer that is none; `status` is 0 when nothing answered at all. */
export class ApiError extends Error {
  constructor(status, message, problems = []) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.problems = problems;
  }
}

/**
 * The API as functions.
 *
 * @param {{ apiBaseUrl?: string, apiPort?: number }} config from /config.js
 * @param {Location} location
 */
export function createApi(config, location) {
  const base = baseUrl(config, location);
  const get = (path) => ask(`${base}${path}`, {});
  return {
    liveUrl: `${base.replace(/^http/, "ws")}/api/live`,
    purchases: (limit) => get(`/api/purchases?limit=${limit}`),
    predictions: () => get("/api/predictions"),
    version: () => get("/api/version"),

    /** Adds a purchase; the same key a second time adds nothing. */
    add: (purchase, key) =>
      ask(`${base}/api/purchases`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": key },
        body: JSON.stringify(purchase),
      }),
  };
}

function baseUrl({ apiBaseUrl = "", apiPort = 3000 }, { protocol, hostname, origin }) {
  if (apiBaseUrl === "/") return origin;
  return apiBaseUrl === "" ? `${protocol}//${hostname}:${apiPort}` : apiBaseUrl;
}

async function ask(url, options) {
  const response = await request(url, options);
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  throw new ApiError(response.status, body.message ?? response.statusText, body.problems);
}

async function request(url, options) {
  try {
    return await fetch(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new ApiError(0, "the API cannot be reached");
  }
}
