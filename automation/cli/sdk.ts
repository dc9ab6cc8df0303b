import type { Operations } from "../operations";

/** Loads the SDK. It pulls in the engine's libraries, so only a command that needs it pays for that. */
export async function connect(): Promise<Operations> {
  const { Deployer } = await import("../deployer");
  return new Deployer();
}
