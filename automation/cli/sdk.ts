import type { Operations } from "../operations";

/** Loads the SDK. It pulls in the engine's libraries, so only a command that needs it pays for that. */
export async function connect(): Promise<Operations> {
  // The AWS SDK would warn on Node 20 that versions to come want a later one. The version in use does not.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { Deployer } = await import("../deployer");
  return new Deployer();
}
