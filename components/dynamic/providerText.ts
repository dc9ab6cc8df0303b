import type { HandlerKind } from "./handlers";

/**
 * What the engine keeps in state as a resource's provider: one constant line that finds this package from the
 * project's folder and asks it for the handler. No code of ours is in it, so a new version of ours is no diff.
 */
export function providerText(kind: HandlerKind): string {
  return `exports.handler = () => require("module").createRequire(process.cwd() + "/package.json")("landfall/dynamic").${kind};`;
}
