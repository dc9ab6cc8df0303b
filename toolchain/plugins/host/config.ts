import type { CheckResult, Plugin } from "./types";
import type { PropertyMap } from "./values";

/** Keys of a provider's configuration that belong to the engine, not to the plugin. */
const engineKeys: ReadonlySet<string> = new Set(["version", "pluginDownloadURL", "__internal"]);

/** For plugins without configuration of their own: whatever is set beside the engine's keys is an error. */
export function checkEngineConfig(news: PropertyMap): CheckResult {
  const failures = Object.keys(news)
    .filter((key) => !engineKeys.has(key))
    .map((key) => ({ property: key, reason: `the provider has no configuration property ${key}` }));
  return { inputs: news, failures };
}

/** A valid package schema that names what the plugin serves, without its properties. */
export function minimalSchema(plugin: Plugin): Record<string, unknown> {
  const objects = (tokens: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(tokens.map((token) => [token, {}]));
  return {
    name: plugin.name,
    version: plugin.version,
    resources: objects(Object.keys(plugin.resources)),
    functions: objects(Object.keys(plugin.invokes ?? {})),
  };
}
