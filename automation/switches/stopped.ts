import type { Session } from "../session";
import type { ConfigValue } from "../workspace";

/** The config key by which the components are told; components/sdkConfig.ts reads it. */
export const stoppedKey = "landfall-sdk:stopped";

/** The services that a config keeps stopped. */
export function stoppedIn(config: Readonly<Record<string, ConfigValue>>): string[] {
  const { objectValue, value = "{}" } = config[stoppedKey] ?? {};
  try {
    const positions: unknown = objectValue ?? JSON.parse(value);
    if (typeof positions !== "object" || positions === null) return [];
    return Object.entries(positions).flatMap(([name, on]) =>
      on === true || on === "true" ? [name] : [],
    );
  } catch {
    // The program refuses it, and says why.
    return [];
  }
}

/** Says which services an update leaves stopped: they are not forgotten that way. */
export function tellStopped(
  { context, stack }: Pick<Session, "context" | "stack">,
  config: Readonly<Record<string, ConfigValue>>,
): void {
  const stopped = stoppedIn(config);
  if (stopped.length === 0) return;
  context.emit({
    kind: "diagnostic",
    severity: "warning",
    ephemeral: false,
    message: `stopped, and left so: ${stopped.join(", ")} (\`landfall start -s ${stack}\` starts them)`,
  });
}
