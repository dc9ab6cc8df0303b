/** What Pulumi's dynamic provider process loads, by the names that shim.ts puts into the state. */
export { gate } from "./gate";
export { ports } from "./ports";
export { ready } from "./ready";
export { route } from "./route";
export { task } from "./task";
