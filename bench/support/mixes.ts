import type { TrafficKind } from "./traffic";

const JSON_TYPE = { "content-type": "application/json" };

/**
 * 16 clients of the API on keep-alive connections: 11 quick, 2 with answers that take 2 s, 3 that POST.
 * @param pauseMs Between an answer and the next request.
 */
export function apiClients(url: string, pauseMs = 10): TrafficKind[] {
  return [
    { name: "version", count: 8, url: `${url}/api/version`, pauseMs },
    { name: "purchases", count: 3, url: `${url}/api/purchases?limit=5`, pauseMs },
    { name: "slow", count: 2, url: `${url}/api/export?delayMs=2000` },
    {
      name: "post",
      count: 3,
      url: `${url}/api/purchases`,
      method: "POST",
      // The same purchase again and again: a table that grows would change what is measured.
      headers: { ...JSON_TYPE, "idempotency-key": "bench" },
      body: JSON.stringify({ categoryId: "dairy", name: "milk" }),
      pauseMs: 2 * pauseMs,
    },
  ];
}

const PREDICTION = JSON.stringify({ items: [{ categoryId: "dairy", daysSinceLastPurchase: 3 }] });

/** A POST to the predictor behind the router at an address of the stack's network. */
export const predict = {
  path: "/predict",
  method: "POST",
  headers: { ...JSON_TYPE, host: "predictor" },
  body: PREDICTION,
} as const;

/** 16 clients of the predictor: 8 GETs, 6 POSTs, 2 uploads that take 2 s, all on keep-alive connections. */
export function predictorClients(url: string, pauseMs = 10): TrafficKind[] {
  const { method, headers, body } = predict;
  return [
    { name: "health", count: 8, url: `${url}/health`, headers: { host: "predictor" }, pauseMs },
    { name: "post", count: 6, url: `${url}/predict`, method, headers, body, pauseMs },
    { name: "slow", count: 2, url: `${url}/predict`, method, headers, body, bodyMs: 2000 },
  ];
}
