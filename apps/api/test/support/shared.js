import { remove, startPostgres } from "./containers.js";

/** @type {Promise<import("./containers.js").Running> | undefined} */
let postgres;

/** One Postgres for all suites; each makes a database of its own in it. */
export function sharedPostgres() {
  postgres ??= startPostgres();
  return postgres;
}

export const mochaHooks = {
  async afterAll() {
    const running = await postgres?.catch(() => undefined);
    await remove(running);
  },
};
