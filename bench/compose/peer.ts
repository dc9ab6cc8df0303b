import * as path from "node:path";
import type { Run } from "../support/bench";
import { command } from "../support/engine";
import { ROOT } from "../../test/support/program";

const FOLDER = path.join(ROOT, "bench", "compose");

/** Images and intervals that compose.yaml takes from the environment. */
export type Variables = Readonly<Record<string, string>>;

/** The stack of compose.yaml. */
export class ComposeStack {
  constructor(
    private readonly run: Run,
    private readonly compose: readonly string[],
    private readonly ports: { web: number; api: number },
    private variables: Variables,
  ) {
    run.defer(() => this.down());
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.ports.api}`;
  }

  /** Brings the stack to the variables, and waits until every service is healthy. */
  async up(variables: Variables): Promise<void> {
    this.variables = { ...this.variables, ...variables };
    await this.call(this.run.signal, "up", "-d", "--wait", "--wait-timeout", "300");
  }

  async down(): Promise<void> {
    await this.call(new AbortController().signal, "down", "-v", "--remove-orphans", "-t", "5");
  }

  private async call(signal: AbortSignal, ...args: readonly string[]): Promise<void> {
    const [file = "", ...first] = this.compose;
    const env = {
      ...process.env,
      ...this.variables,
      WEB_PORT: String(this.ports.web),
      API_PORT: String(this.ports.api),
    };
    const all = [...first, "-f", path.join(FOLDER, "compose.yaml"), ...args];
    await command(file, all, env, signal, FOLDER);
  }
}
