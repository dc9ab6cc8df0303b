export * from "./types";
export * from "./values";
export * from "./errors";
export { CancelledError, TimeoutError } from "./calls";
export { main, serve } from "./serve";
export type { Serving } from "./serve";
