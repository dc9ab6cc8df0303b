import * as path from "node:path";
import execa from "execa";
import { ROOT } from "../../test/support/program";
import { locateToolchain } from "../../toolchain/locate";
import type { Toolchain } from "../../toolchain/locate";
import type { TestStack } from "../../test/docker/stack/harness";

/** The engine that set-up has made ready. */
export function toolchain(): Toolchain {
  const ready = locateToolchain(ROOT);
  if (ready === undefined) throw new Error("the engine is not set up: run scripts/up once");
  return ready;
}

/** What a state of the bench's own needs in the environment. */
export function environment(state: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...toolchain().env,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
  };
}

/** The engine's own command line on a stack. */
export async function pulumi(
  { stack, state }: Pick<TestStack, "stack" | "state">,
  args: readonly string[],
  signal: AbortSignal,
  cwd = ROOT,
): Promise<string> {
  return command(toolchain().pulumi, [...args, "--stack", stack], environment(state), signal, cwd);
}

/** Landfall's command line on a stack. */
export async function landfallUp(
  { stack, state }: Pick<TestStack, "stack" | "state">,
  signal: AbortSignal,
): Promise<string> {
  const script = path.join(ROOT, "bin", "landfall.cjs");
  const args = [script, "up", "--stack", stack];
  return command(process.execPath, args, environment(state), signal, ROOT);
}

/** Runs a command to its end; ends it with its children when the bench is stopped. */
export async function command(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  cwd: string,
): Promise<string> {
  const child = execa(file, args, { env, cwd, extendEnv: false });
  const stop = () => child.kill("SIGINT");
  signal.addEventListener("abort", stop, { once: true });
  try {
    return (await child).stdout;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
