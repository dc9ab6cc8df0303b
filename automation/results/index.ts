/** What operations give: plain data that goes through JSON as it is. */
export type { SchemaChange } from "../migrations/carryOut";
export type * from "../bootstrap/types";
export type * from "../offline/types";
export type * from "../rebuild/result";
export type * from "./backups";
export type * from "./looking";
export type * from "./observation";
export type * from "./releases";
export type * from "./rollout";
export type * from "./switches";
export type * from "./update";
