import { createHash } from "node:crypto";
import { RequestError } from "./errors.js";

/**
 * @typedef {{ id: number, categoryId: string, name: string, quantity: number, purchasedAt: string }} Purchase
 * @typedef {{ categoryId: string, name: string, quantity: number, purchasedAt?: string }} NewPurchase
 * @typedef {{ categoryId: string, lastPurchasedAt: string }} LastPurchase
 * @typedef {ReturnType<typeof createPurchases>} Purchases
 * @typedef {import("./database.js").Queryable} Queryable
 */

/** The channel on which every committed purchase is told to all replicas. */
export const CHANNEL = "purchases";
const COLUMNS = `id, category_id AS "categoryId", name, quantity, purchased_at AS "purchasedAt"`;
const MAX_CATEGORIES = 500;

/**
 * The purchases in the database.
 *
 * @param {import("./database.js").Database} database
 */
export function createPurchases(database) {
  return {
    /**
     * The newest purchases, or those before a given one.
     *
     * @param {{ limit: number, before?: number, categoryId?: string }} page
     * @returns {Promise<Purchase[]>}
     */
    async list({ limit, before, categoryId }) {
      const { rows } = await database.read(
        `SELECT ${COLUMNS} FROM purchases
         WHERE ($2::bigint IS NULL OR id < $2) AND ($3::text IS NULL OR category_id = $3)
         ORDER BY id DESC LIMIT $1`,
        [limit, before, categoryId],
      );
      return rows;
    },

    /**
     * Purchases in the order in which they were entered, a page at a time.
     *
     * @param {{ limit: number, after: number }} page
     * @returns {Promise<Purchase[]>}
     */
    async listAfter({ limit, after }) {
      const { rows } = await database.read(
        `SELECT ${COLUMNS} FROM purchases WHERE id > $2 ORDER BY id LIMIT $1`,
        [limit, after],
      );
      return rows;
    },

    /** @returns {Promise<LastPurchase[]>} */
    async lastOfEachCategory() {
      const { rows } = await database.read(
        `SELECT category_id AS "categoryId", last_purchased_at AS "lastPurchasedAt"
         FROM last_purchases ORDER BY last_purchased_at DESC, category_id LIMIT $1`,
        [MAX_CATEGORIES],
      );
      return rows;
    },

    /**
     * Enters a purchase. With a key, a repetition of the same request enters nothing and returns the first one.
     *
     * @param {NewPurchase} purchase
     * @param {string | undefined} key
     * @returns {Promise<{ purchase: Purchase, replayed: boolean }>}
     * @throws {RequestError} 422: the key belongs to another request
     */
    async add(purchase, key) {
      return database.transaction(async (client) => {
        const earlier = key === undefined ? undefined : await claimKey(client, key, purchase);
        if (earlier !== undefined) return { purchase: earlier, replayed: true };
        const added = await insert(client, purchase);
        if (key !== undefined) {
          await client.query("UPDATE idempotency_keys SET purchase_id = $2 WHERE key = $1", [
            key,
            added.id,
          ]);
        }
        await client.query("SELECT pg_notify($1, $2)", [CHANNEL, JSON.stringify(added)]);
        return { purchase: added, replayed: false };
      });
    },

    /**
     * Forgets idempotency keys that nobody will repeat any more.
     *
     * @param {number} olderThanHours
     */
    async forgetKeys(olderThanHours) {
      await database.transaction((client) =>
        client.query(
          `DELETE FROM idempotency_keys WHERE key IN (
             SELECT key FROM idempotency_keys WHERE created_at < now() - $1 * interval '1 hour'
             ORDER BY created_at LIMIT 10000 FOR UPDATE SKIP LOCKED)`,
          [olderThanHours],
        ),
      );
    },
  };
}

/**
 * Takes a key for this transaction. A transaction that holds the same key is waited for, so two equal requests at the
 * same time enter one purchase.
 *
 * @param {Queryable} client
 * @param {string} key
 * @param {NewPurchase} purchase
 * @returns {Promise<Purchase | undefined>} what the key has entered before
 */
async function claimKey(client, key, purchase) {
  const hash = createHash("sha256").update(JSON.stringify(purchase)).digest("hex");
  const claimed = await client.query(
    "INSERT INTO idempotency_keys (key, request_hash) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING",
    [key, hash],
  );
  if (claimed.rowCount === 1) return undefined;
  const { rows } = await client.query(
    `SELECT k.request_hash = $2 AS same, ${COLUMNS}
     FROM idempotency_keys k JOIN purchases p ON p.id = k.purchase_id WHERE k.key = $1`,
    [key, hash],
  );
  if (rows[0]?.same === true) {
    const { same: _, ...earlier } = rows[0];
    return earlier;
  }
  throw new RequestError(
    422,
    "idempotency_key_reused",
    `Idempotency-Key ${JSON.stringify(key)} belongs to another request; use a new key for a new purchase`,
  );
}

/**
 * @param {Queryable} client
 * @param {NewPurchase} purchase
 * @returns {Promise<Purchase>}
 */
async function insert(client, { categoryId, name, quantity, purchasedAt }) {
  const { rows } = await client.query(
    `INSERT INTO purchases (category_id, name, quantity, purchased_at)
     VALUES ($1, $2, $3, coalesce($4::timestamptz, now())) RETURNING ${COLUMNS}`,
    [categoryId, name, quantity, purchasedAt],
  );
  await client.query(
    `INSERT INTO last_purchases (category_id, last_purchased_at) VALUES ($1, $2)
     ON CONFLICT (category_id) DO UPDATE SET updated_at = now(),
       last_purchased_at = greatest(last_purchases.last_purchased_at, excluded.last_purchased_at)`,
    [categoryId, rows[0].purchasedAt],
  );
  return rows[0];
}
